"""A score as a Keras metric: the state is its counts, the result its formula."""

import dataclasses
from typing import Any

import keras
import numpy as np
from keras import ops

from ftkeras.contracts.score import Inputs, Score
from ftkeras.errors import UserError
from ftkeras.metrics._namespace import namespace
from ftkeras.metrics._panel import Panel
from ftkeras.metrics._replicas import current_graph
from ftkeras.metrics._state import State

_KERAS_DIRECTIONS = {"max": "up", "min": "down"}


class ScoreMetric(keras.metrics.Metric):
    """The shell around a score. Subclasses only build the score from their arguments.

    It counts inside the compiled step, with a state of constant size, and works in float32 on
    whatever it is given. At every step the result comes from a smaller copy of the counts; outside
    a compiled step (at the end of an epoch) from all of them.

    Args:
        score: What to compute.
        name: Name in logs.
        **input_settings: Fields of the score's inputs that differ, such as `from_logits=False`.
    """

    def __init__(self, score: Score, name: str | None = None, **input_settings: Any) -> None:
        super().__init__(name=name or _file(score), dtype="float32")
        self.score = score
        self.direction = score.direction
        if score.direction in _KERAS_DIRECTIONS:
            self._direction = _KERAS_DIRECTIONS[score.direction]
        self.input_settings = input_settings
        self.inputs: Inputs = dataclasses.replace(score.inputs, **input_settings)  # type: ignore[type-var]
        self._owns_state = True
        self._was_updated = False
        self._state = State(self, self.inputs, [score.counts])
        self._panel = Panel([score])
        self._place = 0

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch; see the class for shapes."""
        self._was_updated = True
        if self._owns_state:
            y_pred = y_pred if hasattr(y_pred, "dtype") else ops.convert_to_tensor(y_pred)
            y_true = y_true if hasattr(y_true, "dtype") else ops.convert_to_tensor(y_true)
            self._state.update(y_true, y_pred, sample_weight)

    def reset_state(self) -> None:
        """Starts counting anew."""
        super().reset_state()
        self._state.forget_reads()

    def result(self) -> Any:
        """Returns the score so far, NaN where undefined or where units could not be counted."""
        if self._was_updated and not self._state.is_updated:
            raise UserError(
                "Expected a suite of metrics to stay whole: its first metric counts for all. "
                f"Received: only {self.name!r} was updated. Pass the list as it is to `compile`."
            )
        if current_graph() is None:
            value = self.score.formula(self._state.read(self.score.counts), namespace)
            return ops.cast(value + ops.cast(self._state.doubt(), value.dtype), "float32")
        panel = self._panel
        return self._state.once_a_step(panel, lambda: panel.values(self._state))[self._place]

    def error_bound(self) -> float | None:
        """Returns a certified bound on |result - exact value|, or `None` when it is exact.

        Call it outside the compiled step, after an epoch or an evaluation.
        """
        bound = self.score.error_bound(self.counted(), np)
        return None if bound is None else float(bound)

    def counted(self) -> np.ndarray:
        """Returns the counts so far, float64 in NumPy; call it outside the compiled step."""
        parts = self._state.sums[self.score.counts].parts
        wide = [np.asarray(ops.convert_to_numpy(part), "float64") for part in parts]
        return np.sum(wide, axis=0).reshape(self.score.counts.shape)

    def notes(self) -> list[str]:
        """Returns what a reader of the result should know: why it is undefined, what it was given.

        Call it outside the compiled step.
        """
        parts = self._state.problems.parts
        seen, not_finite, unknown = np.sum([ops.convert_to_numpy(part) for part in parts], axis=0)
        notes = []
        if not_finite:
            notes.append(f"{not_finite:.0f} of {seen:.0f} predictions are NaN, infinite or invalid")
        if unknown:
            notes.append(f"{unknown:.0f} of {seen:.0f} labels {self.inputs.unknown}")
        if not notes and np.isnan(self.score.formula(self.counted(), np)):
            notes.append(f"undefined: {self.score.undefined}")
        if self._state.prediction_dtype in ("bfloat16", "float16"):
            notes.append(
                f"the predictions were {self._state.prediction_dtype}: scores closer than its "
                "rounding were ties before they arrived; give the output layer dtype='float32'"
            )
        return notes

    def get_config(self) -> dict[str, Any]:
        """Returns every argument of the constructor."""
        settings = {
            field.name: getattr(self.score, field.name)
            for field in dataclasses.fields(self.score)  # type: ignore[arg-type]
        }
        return {**settings, **self.input_settings, "name": self.name}

    def share(self, followers: "list[ScoreMetric]") -> None:
        """Makes this metric count for the followers too, which then keep no state of their own."""
        members = [self, *followers]
        for member in members:
            member._variables.clear()
            member._owns_state = member is self
        self._state = State(self, self.inputs, [member.score.counts for member in members])
        panel = Panel([member.score for member in members])
        for place, member in enumerate(members):
            member._state, member._panel, member._place = self._state, panel, place


def _file(score: Score) -> str:
    return score.name.partition("(")[0]
