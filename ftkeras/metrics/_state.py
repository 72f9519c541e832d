"""The counts of one stream of predictions, shared by every metric that reads it."""

from collections.abc import Iterable
from typing import Any

import keras
from keras import ops

from ftkeras.contracts.score import Cells, Counts, Inputs, Terms, Units
from ftkeras.metrics._namespace import namespace
from ftkeras.metrics._replicas import current_graph, is_compiling, sum_over_replicas
from ftkeras.metrics._weights import unit_weights
from ftkeras.metrics._wide_sum import WideSum


class State:
    """Counts of several kinds over the same units, updated once a batch.

    Large tables are counted twice: in full, and with neighbouring cells joined for the values shown
    at every step, so that no step ever reads a large table.

    Args:
        owner: The metric that tracks the variables; its `update_state` updates them.
        inputs: How labels and predictions become units.
        counts: What is counted; each distinct kind once.
    """

    def __init__(
        self, owner: keras.metrics.Metric, inputs: Inputs, counts: Iterable[Counts]
    ) -> None:
        self.inputs = inputs
        kinds = list(dict.fromkeys(counts))
        self.sums = {kind: WideSum(owner, (kind.size,), _name(kind)) for kind in kinds}
        self.shown: dict[Counts, WideSum] = {
            kind: WideSum(owner, (kind.size // kind.joined,), f"{_name(kind)}_shown")
            for kind in kinds
            if isinstance(kind, Cells) and kind.joined > 1
        }
        self.problems = WideSum(owner, (3,), "problems")
        self.is_updated = False
        self._reads: dict[Any, Any] = {}
        self._graph: Any = None
        self.prediction_dtype: str | None = None

    def update(self, y_true: Any, y_pred: Any, sample_weight: Any) -> None:
        """Counts a batch."""
        self.is_updated = True
        self.prediction_dtype = keras.backend.standardize_dtype(y_pred.dtype)
        units = self.inputs.units(y_true, y_pred, namespace)
        given = unit_weights(y_pred, sample_weight, units, self.inputs.unit_rank(y_pred))
        is_good = ops.logical_and(units.is_finite, units.is_known)
        dtype = self.problems.dtype
        if given is None:
            weights = ops.cast(is_good, dtype)
        else:
            weights = ops.cast(ops.where(is_good, given, 0.0), dtype)
        for kind in self.sums:
            self._add(kind, units, weights)
        self.forget_reads()
        is_fine = ops.stack([ops.zeros_like(is_good), units.is_finite, units.is_known])
        is_problem = ops.logical_not(is_fine)
        if given is not None:
            is_problem = ops.logical_and(is_problem, given > 0)
        self.problems.add(ops.sum(ops.cast(is_problem, dtype), axis=-1))

    def once_a_step(self, what: Any, compute: Any) -> Any:
        """Returns what `compute()` returns, the same for all metrics of a compiled step.

        XLA finds common work by itself; in a plain graph what is asked twice is done twice.

        Args:
            what: A name for it.
            compute: Called without arguments.
        """
        graph = current_graph()
        if graph is None:
            return compute()
        # Another graph must not see what this one holds.
        if graph is not self._graph:
            self._reads, self._graph = {}, graph
        if what not in self._reads:
            self._reads[what] = compute()
        return self._reads[what]

    def read(self, kind: Counts) -> Any:
        """Returns the counts of a kind, inside a compiled step the live ones, of all replicas."""
        return self.once_a_step(kind, lambda: self._read(kind))

    def doubt(self) -> Any:
        """Returns what to add to a result: NaN where some unit could not be counted, else 0."""
        return self.once_a_step("doubt", self._doubt)

    def forget_reads(self) -> None:
        """Makes the next read a fresh one: the variables have changed."""
        self._reads.clear()

    def _read(self, kind: Counts) -> Any:
        shown = self.shown.get(kind)
        if shown is not None and isinstance(kind, Cells) and is_compiling(shown.parts[0].value):
            joined = (*kind.shape[:-1], kind.shape[-1] // kind.joined)
            return ops.reshape(sum_over_replicas(shown.value()), joined)
        counts = ops.reshape(self.sums[kind].value(), kind.shape)
        if is_compiling(counts):
            counts = kind.live(counts, namespace)
        return sum_over_replicas(counts)

    def _doubt(self) -> Any:
        problems = sum_over_replicas(self.problems.value())
        # The square root of a negative number is NaN, that of 0 is 0.
        return ops.sqrt(-ops.sum(problems[1:]))

    def _add(self, kind: Counts, units: Units, weights: Any) -> None:
        dtype = self.problems.dtype
        if isinstance(kind, Terms):
            terms = ops.cast(kind.terms(units.labels, units.predictions, namespace), dtype)
            column = ops.expand_dims(weights, -1)
            # What is not finite would outlive a weight of 0.
            self.sums[kind].add(ops.sum(ops.where(column > 0, column * terms, 0.0), axis=0))
            return
        if not isinstance(kind, Cells):
            raise TypeError(f"Expected Cells or Terms. Received: counts={kind!r}.")
        columns = kind.columns(units.labels, units.predictions, namespace)
        if columns is not None:
            # Column after column lies in memory as it is; side by side it would be interleaved.
            cells = ops.concatenate(columns)
            added = ops.concatenate([weights] * len(columns))
            self._place(kind, cells, added)
            return
        cells = kind.cells(units.labels, units.predictions, namespace)
        amounts = kind.amounts(units.labels, units.predictions, namespace)
        self._place(kind, cells, _spread(weights, cells, amounts, dtype))

    def _place(self, kind: Cells, cells: Any, added: Any) -> None:
        self.sums[kind].add_at(cells, added, kind.size, kind.is_complete)
        if kind in self.shown:
            # Both sizes are powers of two.
            joined = ops.right_shift(cells, kind.joined.bit_length() - 1)
            size = kind.size // kind.joined
            self.shown[kind].add_at(joined, added, size, kind.is_complete)


def _spread(weights: Any, cells: Any, amounts: Any, dtype: str) -> Any:
    """Returns what each unit adds to each of its cells."""
    column = ops.expand_dims(weights, -1)
    if amounts is not None:
        # What is not finite would outlive a weight of 0.
        column = ops.where(column > 0, column * ops.cast(amounts, dtype), 0.0)
    if cells.shape[-1] == 1 or column.shape[-1] == cells.shape[-1]:
        return column
    return column * ops.ones((1, cells.shape[-1]), dtype)


def _name(kind: Counts) -> str:
    return type(kind).__name__.lower()
