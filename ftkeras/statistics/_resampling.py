"""Drawing data sets like the one at hand, as counts: all resamples at once."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ftkeras.contracts.score import Cells, Counts, Score, Terms, Units
from ftkeras.errors import UserError

MOST_BLOCKS = 4096
_MOST_KINDS = 4
_TOGETHER = 2**17
_MOST_CODES = 2**22
MOST_SCORES = 256
"""Distinct scores told apart while resampling; the value itself always tells apart all."""


@dataclass(frozen=True)
class Blocks:
    """Groups of units that are drawn together.

    Args:
        sums: One `(blocks, size)` matrix for each model: what a unit of the block adds (cells), or
            what all units of the block add together.
        sizes: `(blocks,)` how often each block stands in the data.
        shape: Shape of the counts.
    """

    sums: tuple[Any, ...]
    sizes: NDArray[np.int64]
    shape: tuple[int, ...]

    def draw(self, resamples: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Returns `(resamples, blocks)`: how often each block is drawn, with replacement.

        The same generator and number of single blocks give the same array: do not change it.
        """
        if (self.sizes == 1).all():
            bits: Any = rng.bit_generator
            if isinstance(bits, np.random.PCG64):
                drawn, bits.state = _drawn_once(repr(bits.state), len(self.sizes), resamples)
                return drawn
        return _drawn(self.sizes, resamples, rng)

    def counts(self, weights: NDArray[np.float64], model: int = 0) -> NDArray[np.float64]:
        """Returns `(resamples, *shape)` counts of one model under weights of the blocks."""
        summed = (self.sums[model].T @ weights.T).T
        return np.asarray(summed).reshape(len(weights), *self.shape)


def _drawn(
    sizes: NDArray[np.int64], resamples: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    total = int(sizes.sum())
    return rng.multinomial(total, sizes / total, size=resamples).astype("float64")


@lru_cache(maxsize=1)
def _drawn_once(state: str, num_blocks: int, resamples: int) -> tuple[NDArray[np.float64], Any]:
    """Draws single blocks; many scores ask for the same ones, from the same state."""
    bits = np.random.PCG64()
    bits.state = ast.literal_eval(state)
    drawn = _drawn(np.ones(num_blocks, "int64"), resamples, np.random.Generator(bits))
    drawn.setflags(write=False)
    return drawn, bits.state


def posterior(
    counts: Counts, units: Units, resamples: int, rng: np.random.Generator
) -> NDArray[np.float64] | None:
    """Returns `(resamples, *shape)` counts drawn from what the table may be in truth, or `None`.

    Where a unit is one of few kinds, their shares are drawn from the Dirichlet posterior under
    Jeffreys' prior of half a unit a kind. Unlike resampling it knows that what did not occur could
    have, which matters where a class has a handful of units. A table of many classes is left to
    resampling: there the prior alone would put more units beside the diagonal than errors do.
    """
    if not isinstance(counts, Cells):
        return None
    kinds = counts.kinds()
    if kinds is None or len(kinds) > _MOST_KINDS:
        return None
    cells = counts.cells(units.labels, units.predictions, np)
    first, seen = _alike([cells])
    _, code = np.unique(np.concatenate([kinds, cells[first]]), axis=0, return_inverse=True)
    sizes = np.bincount(code[len(kinds) :], seen, minlength=len(kinds))[code[: len(kinds)]]
    shares = rng.gamma(sizes + 0.5, size=(resamples, len(kinds)))
    shares *= len(cells) / shares.sum(axis=1, keepdims=True)
    drawn = Blocks((_places(kinds, counts.size),), sizes, counts.shape)
    return drawn.counts(shares)


def readable(score: Score, y_true: Any, predictions: Sequence[Any]) -> tuple[list[Units], str]:
    """Returns the units of each model, and why they cannot be scored (or an empty string)."""
    array = score.inputs.array
    units = [score.inputs.units(array(y_true), array(p), np) for p in predictions]
    for one in units:
        if len(one.predictions) != len(one.labels):
            raise UserError(
                "Expected one prediction a label. Received: "
                f"{len(one.predictions)} predictions and {len(one.labels)} labels."
            )
        wrong = int((~one.is_finite).sum())
        if wrong:
            return units, f"{wrong} of {len(one.labels)} predictions are NaN, infinite or invalid"
        if not one.is_known.all():
            wrong = int((~one.is_known).sum())
            return units, f"{wrong} of {len(one.labels)} labels {score.inputs.unknown}"
    return units, "" if len(units[0].labels) else "there are no examples"


def blocks(
    counts: Counts, models: Sequence[Units], groups: NDArray[Any] | None, rng: np.random.Generator
) -> Blocks:
    """Returns what is drawn: the non-empty cells if they are few, else groups of units.

    Units that fall into the same cells (of all models) are interchangeable, so drawing cells is
    drawing units. Where cells are many or every unit has terms of its own, units are drawn; beyond
    4096 of them, random groups of equal size are, whose sums vary as those of units do. Given
    `groups` (units that belong together), whole groups are drawn.
    """
    if groups is None and isinstance(counts, Cells) and _adds_one(counts, models[0]):
        cells = [counts.cells(units.labels, units.predictions, np) for units in models]
        first, sizes = _alike(cells)
        if len(first) <= MOST_BLOCKS:
            rows = tuple(_places(each[first], counts.size) for each in cells)
            return Blocks(rows, sizes, counts.shape)
    assigned = _assigned(len(models[0].labels), groups, rng)
    size = int(assigned.max()) + 1
    summed = tuple(_summed(counts, units, assigned, size) for units in models)
    return Blocks(summed, np.ones(size, "int64"), counts.shape)


def _summed(counts: Counts, units: Units, assigned: NDArray[np.int64], size: int) -> Any:
    """Returns `(blocks, size of the counts)`: what the units of each block add together."""
    if isinstance(counts, Terms):
        shorter = counts.grouped(units, assigned, size)
        if shorter is not None:
            return shorter
    if len(assigned) <= _TOGETHER:
        return _indicator(assigned, size).T @ _rows(counts, units)
    # A row for each unit of a million does not fit into memory twice.
    starts = range(0, len(assigned), _TOGETHER)
    parts = [np.arange(start, min(start + _TOGETHER, len(assigned))) for start in starts]
    return sum(
        _indicator(assigned[part], size).T @ _rows(counts, units.take(part)) for part in parts
    )


def _rows(counts: Counts, units: Units) -> Any:
    """Returns `(units, size)`: what each unit adds."""
    if isinstance(counts, Terms):
        return counts.terms(units.labels, units.predictions, np)
    if not isinstance(counts, Cells):
        raise TypeError(f"Expected Cells or Terms. Received: counts={counts!r}.")
    cells = counts.cells(units.labels, units.predictions, np)
    amounts = counts.amounts(units.labels, units.predictions, np)
    return _places(cells, counts.size, amounts)


def _adds_one(counts: Cells, units: Units) -> bool:
    """Returns whether units of equal cells are interchangeable: each adds 1 to them."""
    return counts.amounts(units.labels[:1], units.predictions[:1], np) is None


def _places(cells: NDArray[Any], size: int, amounts: NDArray[Any] | None = None) -> Any:
    unit, place = np.nonzero(cells >= 0)
    added = np.ones(len(unit)) if amounts is None else amounts[unit, place]
    return sparse.csr_matrix((added, (unit, cells[unit, place])), shape=(len(cells), size))


def _alike(columns: Sequence[NDArray[Any]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns one unit of each kind, and how many units are of that kind."""
    code = np.zeros(len(columns[0]), "int64")
    codes = 1
    for column in (one for each in columns for one in each.T):
        values = int(column.max()) + 2
        if codes * values > _MOST_CODES:
            found, code = np.unique(code, return_inverse=True)
            codes = len(found)
        code = code * values + column + 1
        codes *= values
    if codes > _MOST_CODES:
        _, first, sizes = np.unique(code, return_index=True, return_counts=True)
        return first, sizes
    # Counting places is many times faster than sorting units.
    sizes = np.bincount(code, minlength=codes)
    first = np.zeros(codes, "int64")
    first[code[::-1]] = np.arange(len(code))[::-1]
    seen = np.flatnonzero(sizes)
    return first[seen], sizes[seen]


def _assigned(
    num_units: int, groups: NDArray[Any] | None, rng: np.random.Generator
) -> NDArray[np.int64]:
    if groups is not None:
        return np.unique(np.asarray(groups), return_inverse=True)[1]
    if num_units <= MOST_BLOCKS:
        return np.arange(num_units)
    return rng.permutation(num_units) % MOST_BLOCKS


def _indicator(assigned: NDArray[np.int64], size: int) -> Any:
    rows = np.arange(len(assigned))
    return sparse.csr_matrix((np.ones(len(rows)), (rows, assigned)), shape=(len(rows), size))
