"""A score of texts, tag sequences or boxes as a Keras metric that counts outside compiled steps."""

import dataclasses
from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
from keras import tree
from numpy.typing import NDArray

from ftkeras.contracts.score import Inputs, Score, Units
from ftkeras.errors import UserError
from ftkeras.metrics._replicas import is_compiling

_KERAS_DIRECTIONS = {"max": "up", "min": "down"}


class HostMetric(keras.metrics.Metric):
    """The shell around a score whose units no compiled step can hold. Subclasses build the score.

    Counts are float64 in NumPy, of constant size, and add over batches. Call `update_state` eagerly
    (in a loop of your own, in the callback `DecodedMetrics`, or in a model compiled with
    `run_eagerly=True`).

    Args:
        score: What to compute.
        name: Name in logs.
    """

    def __init__(self, score: Score, name: str) -> None:
        super().__init__(name=name, dtype="float32")
        self.score = score
        self.direction = score.direction
        if score.direction in _KERAS_DIRECTIONS:
            self._direction = _KERAS_DIRECTIONS[score.direction]
        self.inputs = score.inputs
        self._followers: list[HostMetric] = []
        self._is_follower = False
        self.reset_state()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch.

        Args:
            y_true: What is true, one item a unit; see the class.
            y_pred: What the model answered, one item a unit.
            sample_weight: `(units,)` weights; `None` counts every unit once.
        """
        self._refuse_compiled((y_true, y_pred, sample_weight))
        if self._is_follower:
            return
        y_true, y_pred = on_host(y_true), on_host(y_pred)
        read: dict[Inputs, Units] = {}
        for metric in [self, *self._followers]:
            if metric.inputs not in read:
                inputs = metric.inputs
                read[inputs] = inputs.units(inputs.array(y_true), inputs.array(y_pred), np)
            metric._add(read[metric.inputs], sample_weight)

    def _add(self, units: Units, sample_weight: Any) -> None:
        weights = np.ones(len(units.labels))
        if sample_weight is not None:
            weights = np.asarray(on_host(sample_weight), "float64").ravel()
        if len(weights) != len(units.labels):
            raise UserError(
                f"Expected one weight a unit, {len(units.labels)} in all. Received: {len(weights)} "
                "weights. A unit is one item of the list, not a word of it."
            )
        is_present = weights > 0
        is_good = is_present & units.is_finite & units.is_known
        kept = np.flatnonzero(is_good)
        self._counts += self.score.counts.tally(units.take(kept), weights[kept])
        flags = [is_present, is_present & ~units.is_finite, is_present & ~units.is_known]
        self._problems += np.sum(flags, axis=-1)

    def result(self) -> float:
        """Returns the score so far, NaN where undefined or where units could not be counted."""
        if self._problems[1:].any():
            return float("nan")
        return float(self.score.formula(self._counts, np))

    def reset_state(self) -> None:
        """Starts counting anew."""
        self._counts = np.zeros(self.score.counts.shape)
        self._problems = np.zeros(3)

    def counted(self) -> NDArray[np.float64]:
        """Returns the counts so far."""
        return self._counts.copy()

    def merge(self, others: "Iterable[HostMetric]") -> None:
        """Adds what others of the same score have counted, in other processes say.

        Raises:
            UserError: One of them computes another score.
        """
        for other in others:
            if other.score != self.score:
                raise UserError(
                    f"Expected metrics of the score {self.score}. Received: {other.score}. Merge "
                    "like with like."
                )
            self._counts += other._counts
            self._problems += other._problems

    def share(self, followers: "list[HostMetric]") -> None:
        """Makes this metric count for the followers too; their own `update_state` does nothing.

        What the metrics read alike (the matching of boxes, say) is then worked out once.
        """
        for follower in followers:
            follower._is_follower = True
        self._followers = list(followers)

    def error_bound(self) -> float | None:
        """Returns a certified bound on the error of counting in buckets, `None` if exact."""
        bound = self.score.error_bound(self._counts, np)
        return None if bound is None else float(bound)

    def notes(self) -> list[str]:
        """Returns what a reader of the result should know, such as why it is undefined."""
        seen, not_finite, unknown = self._problems
        notes = []
        if not_finite:
            notes.append(f"{not_finite:.0f} of {seen:.0f} predictions are NaN, infinite or invalid")
        if unknown:
            notes.append(f"{unknown:.0f} of {seen:.0f} labels {self.inputs.unknown}")
        if not notes and np.isnan(self.score.formula(self._counts, np)):
            notes.append(f"undefined: {self.score.undefined}")
        return notes

    def get_config(self) -> dict[str, Any]:
        """Returns every argument of the constructor."""
        settings = {
            field.name: getattr(self.score, field.name)
            for field in dataclasses.fields(self.score)  # type: ignore[arg-type]
        }
        return {**settings, "name": self.name}

    def _refuse_compiled(self, given: Any) -> None:
        if any(_is_symbolic(one) for one in tree.flatten(given)):
            raise UserError(
                f"Expected {self.name!r} to be updated outside the compiled step: it reads "
                "texts, tags or boxes on the host. Received: a tensor of a step that is being "
                "compiled. Pass the metric to the callback `ftkeras.callbacks.DecodedMetrics` "
                "instead of `compile`, or compile with run_eagerly=True."
            )


def on_host(values: Any) -> Any:
    """Returns values with tensors as NumPy arrays, in the same structure."""
    if isinstance(values, dict):
        return {key: on_host(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [on_host(value) for value in values]
    if hasattr(values, "__array__") and not isinstance(values, np.ndarray | np.generic):
        # NumPy's own conversion knows strings, which Keras' does not.
        return values.numpy() if hasattr(values, "numpy") else np.asarray(values)
    return values


def _is_symbolic(value: Any) -> bool:
    if isinstance(value, keras.KerasTensor):
        return True
    if not hasattr(value, "dtype") or isinstance(value, np.ndarray | np.generic):
        return False
    # An eager tensor that a compiled step captures has its value already.
    return is_compiling(value) and not hasattr(value, "numpy")
