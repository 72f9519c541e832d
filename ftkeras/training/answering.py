"""What answers a part for the fewest passes, once phases are done."""

import dataclasses

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.training.examples import Examples
from ftkeras.training.part import Part
from ftkeras.training.roads import Road, Roads


class Answering:
    """Chooses what answers a part: the head on features, the upper layers on states, or all layers.

    Validation passed the frozen layers of the last phase when that began, and their hidden states
    are on disk. What lies below them has not moved since, whether the phase was kept or taken back,
    and the layers above are those of the whole model, whatever became of their weights. A run that
    was interrupted does its last phase again, or the end of it, and so finds the same states.

    Args:
        roads: Makes models and examples.
    """

    def __init__(self, roads: Roads) -> None:
        self._roads = roads
        self._made: dict[str, keras.Model] = {}
        self._ids: NDArray[np.str_] | None = None
        self._road: tuple[keras.Model, Examples] | None = None

    def after(self, road: Road, ids: NDArray[np.str_]) -> None:
        """Takes note of a phase that is done: models are traced anew, for it may have changed them.

        Args:
            road: What it was fitted on.
            ids: `(examples,)` ids of its validation.
        """
        self._made = {}
        self._ids = ids
        self._road = (road.model, road.validation) if road.on_states else None

    def asked(self, part: Part, name: str, *, on_features: bool) -> tuple[keras.Model, Examples]:
        """Returns what answers a part, and the examples as it takes them.

        Args:
            part: The part.
            name: What a person sees it called.
            on_features: Whether features of the backbone are still what it gives.
        """
        if self._road is not None and not on_features and self._is_validation(part):
            above, rows = self._road
            if "states" not in self._made:
                self._made["states"] = keras.Model(above.input, above.output)
            rows = dataclasses.replace(rows, labels=part.labels, answers=part.targets)
            return self._made["states"], rows
        kind = "features" if on_features else "inputs"
        if kind not in self._made:
            self._made[kind] = self._roads.model_on(features=on_features)
        return self._made[kind], self._roads.rows(part, name, on_features=on_features)

    def _is_validation(self, part: Part) -> bool:
        return self._ids is not None and np.array_equal(part.ids, self._ids)
