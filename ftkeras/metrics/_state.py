"""The counts of one stream of predictions, shared by every metric that reads it."""

from collections.abc import Iterable
from typing import Any

import keras
from keras import ops

from ftkeras.contracts.score import Cells, Counts, Inputs, Terms, Units
from ftkeras.metrics._replicas import current_graph, is_compiling, sum_over_replicas
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
        self._reads: dict[Counts, Any] = {}
        self._graph: Any = None
        self.prediction_dtype: str | None = None

    def update(self, y_true: Any, y_pred: Any, sample_weight: Any) -> None:
        """Counts a batch."""
        self.is_updated = True
        self.prediction_dtype = keras.backend.standardize_dtype(y_pred.dtype)
        units = self.inputs.units(y_true, y_pred, ops)
        given = unit_weights(y_pred, sample_weight, units, self.inputs.unit_rank(y_pred))
        is_present = given > 0
        is_good = ops.logical_and(units.is_finite, units.is_known)
        weights = ops.where(is_good, given, 0)
        for kind, total in self.sums.items():
            total.add(_batch(kind, units, weights, total.dtype))
        self.forget_reads()
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
        graph = current_graph()
        if graph is None:
            return self._read(kind)
        # Metrics of one step share what was read and joined; another graph must not see it.
        if graph is not self._graph:
            self._reads, self._graph = {}, graph
        if kind not in self._reads:
            self._reads[kind] = self._read(kind)
        return self._reads[kind]

    def forget_reads(self) -> None:
        """Makes the next read a fresh one: the variables have changed."""
        self._reads.clear()

    def _read(self, kind: Counts) -> tuple[Any, Any]:
        counts, problems = self.sums[kind].value(), self.problems.value()
        if is_compiling(counts):
            counts = kind.live(counts, ops)
        counts, problems = sum_over_replicas(counts), sum_over_replicas(problems)
        return counts, problems[1] + problems[2]


def _batch(kind: Counts, units: Units, weights: Any, dtype: str) -> Any:
    column = ops.expand_dims(ops.cast(weights, dtype), -1)
    if isinstance(kind, Cells):
        cells = kind.cells(units.labels, units.predictions, ops)
        amounts = kind.amounts(units.labels, units.predictions, ops)
        if amounts is not None:
            # What is not finite would outlive a weight of 0.
            column = ops.where(column > 0, column * ops.cast(amounts, dtype), 0)
        added = ops.where(cells < 0, 0, ops.broadcast_to(column, ops.shape(cells)))
        flat = ops.reshape(ops.maximum(cells, 0), (-1,))
        counted = ops.segment_sum(ops.reshape(added, (-1,)), flat, kind.size)
        return ops.reshape(counted, kind.shape)
    if isinstance(kind, Terms):
        terms = ops.cast(kind.terms(units.labels, units.predictions, ops), dtype)
        # What is not finite would outlive a weight of 0.
        summed = ops.sum(ops.where(column > 0, column * terms, 0), axis=0)
        return ops.reshape(summed, kind.shape)
    raise TypeError(f"Expected Cells or Terms. Received: counts={kind!r}.")


def _name(kind: Counts) -> str:
    return type(kind).__name__.lower()
