"""The backbone of each fold: one for all of them, or one that is fitted on its training part."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.task import BY_POSITION
from ftkeras.data.input_parts import parts_of
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.recipe import Step
from ftkeras.workflows import _frozen
from ftkeras.workflows._fold_data import FoldData


class FoldBackbones:
    """Backbones with their feature caches, by the number of a fold.

    What reads a table knows means, deviations and categories of the rows it was fitted on. These
    are those of a fold's own training part, so each fold has a backbone of its own; of all other
    inputs every fold has the same pretrained one, whose features are computed once.

    Args:
        config: The settings.
        data: The data and the folds.
    """

    def __init__(self, config: RunConfig, data: FoldData) -> None:
        self._config, self._data = config, data
        parts = {data.examples.modality, *parts_of(data.examples)}
        self.anew = "tabular" in parts
        """Whether each fold has a backbone of its own."""
        self._number = -1
        self._held: tuple[Backbone, FeatureCache] | None = None
        self._pretrained: list[NDArray[Any]] = []
        self._passes = {"computed": 0, "reused": 0}

    def of(self, number: int) -> tuple[Backbone, FeatureCache]:
        """Returns backbone and cache of a fold, with the weights that it was loaded with.

        Args:
            number: Which of the splits of the data.
        """
        if self._held is None or (self.anew and number != self._number):
            self._held = self._loaded(number)
            self._number = number
            self._pretrained = self._held[0].model.get_weights()
        self._held[0].model.set_weights(self._pretrained)
        return self._held

    def features(self, number: int, step: Step) -> NDArray[np.float32] | None:
        """Returns `(examples, ...)` what the backbone of a fold says of all examples.

        `None` where no baseline reads it, for answers stand at positions of the inputs.

        Args:
            number: Which of the splits of the data.
            step: Begins a step that a person sees.
        """
        if self._data.task.kind in BY_POSITION:
            return None
        _, cache = self.of(number)
        before = cache.passes
        found = _frozen.features(cache, {"all examples": self._data.examples}, step)
        self._passes["computed"] += cache.passes.computed - before.computed
        self._passes["reused"] += cache.passes.reused - before.reused
        return found["all examples"]

    @property
    def passes(self) -> dict[str, int]:
        """Passes through the backbone that is there, or, of tables, through all of them."""
        if self.anew or self._held is None:
            return dict(self._passes)
        cache = self._held[1]
        return {"computed": cache.passes.computed, "reused": cache.passes.reused}

    def _loaded(self, number: int) -> tuple[Backbone, FeatureCache]:
        examples = self._data.examples
        if self.anew:
            train = self._data.splits[number].take("train", examples)
            backbone = _frozen.load(self._config, examples.modality, train=train)
        else:
            backbone = _frozen.load(self._config, examples.modality)
        return backbone, _frozen.cache(self._config, backbone)
