"""The counts of one stream of predictions, shared by every metric that reads it."""

from collections.abc import Iterable
from typing import Any

import keras
from keras import ops

from ftkeras.contracts.score import Cells, Counts, Inputs, Terms, Units
from ftkeras.metrics._replicas import is_compiling, sum_over_replicas
from ftkeras.metrics._weights import unit_weights
from ftkeras.metrics._wide_sum import WideSum


class State:
    """Counts of several kinds over the same units, updated once a batch.

    Args:
        owner: The metric that tracks the variables; its `update_state` updates them.
        inputs: How labels and predictions become units.
        counts: What is counted; each distinct kind once.
    """

    def __init__(
        self, owner: keras.metrics.Metric, inputs: Inputs, counts: Iterable[Counts]
    ) -> None:
        self.inputs = inputs
        self.sums = {
            kind: WideSum(owner, kind.shape, _name(kind)) for kind in dict.fromkeys(counts)
        }
        self.problems = WideSum(owner, (3,), "problems")
        self.is_updated = False
        self.prediction_dtype: str | None = None

    def update(self, y_true: Any, y_pred: Any, sample_weight: Any) -> None:
        """Counts a batch."""
        self.is_updated = True
        self.prediction_dtype = keras.backend.standardize_dtype(y_pred.dtype)
        units = self.inputs.units(y_true, y_pred, ops)
        given = unit_weights(y_true, y_pred, sample_weight, units)
        is_present = given > 0
        is_good = ops.logical_and(units.is_finite, units.is_known)
        weights = ops.where(is_good, given, 0)
        for kind, total in self.sums.items():
            total.add(_batch(kind, units, weights, total.dtype))
        flags = [
            is_present,
            ops.logical_and(is_present, ops.logical_not(units.is_finite)),
            ops.logical_and(is_present, ops.logical_not(units.is_known)),
        ]
        self.problems.add(ops.sum(ops.cast(ops.stack(flags), self.problems.dtype), axis=-1))

    def read(self, kind: Counts) -> tuple[Any, Any]:
        """Returns the counts of a kind, and how many units could not be counted.

        Inside a compiled step the counts are the smaller live ones, summed over replicas.
        """
        counts, problems = self.sums[kind].value(), self.problems.value()
        if is_compiling(counts):
            counts = kind.live(counts, ops)
        counts, problems = sum_over_replicas(counts), sum_over_replicas(problems)
        return counts, problems[1] + problems[2]


def _batch(kind: Counts, units: Units, weights: Any, dtype: str) -> Any:
    if isinstance(kind, Cells):
        cells = kind.cells(units.labels, units.predictions, ops)
        flat = ops.reshape(ops.where(cells < 0, kind.size, cells), (-1,))
        spread = ops.broadcast_to(ops.expand_dims(weights, -1), ops.shape(cells))
        added = ops.cast(ops.reshape(spread, (-1,)), dtype)
        return ops.reshape(ops.segment_sum(added, flat, kind.size + 1)[:-1], kind.shape)
    if isinstance(kind, Terms):
        terms = ops.cast(kind.terms(units.labels, units.predictions, ops), dtype)
        summed = ops.sum(ops.expand_dims(ops.cast(weights, dtype), -1) * terms, axis=0)
        return ops.reshape(summed, kind.shape)
    raise TypeError(f"Expected Cells or Terms. Received: counts={kind!r}.")


def _name(kind: Counts) -> str:
    return type(kind).__name__.lower()
