"""How often errors of each size occur, and how large they are together."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Cells, Units
from ftkeras.scores.counts.magnitude_key import check_power_of_two, magnitude_edges, magnitude_key
from ftkeras.scores.counts.score_histogram import distinct, rank

_LOWEST, _OCTAVES = -64, 128
_LIVE_BUCKETS = 2**11


@dataclass(frozen=True)
class ErrorHistogram(Cells):
    """`(2, num_outputs, num_buckets)`: units, and the sum of |y - p|, by bucket of |y - p|.

    Buckets are equally fine relative to the error from 2^-64 to 2^64. The mean of a bucket lies
    inside it, and is exact when all its errors are equal.

    Args:
        num_outputs: How many numbers are predicted for a unit.
        num_buckets: A power of two from 2048.
    """

    num_outputs: int = 1
    num_buckets: int = 2**15

    def __post_init__(self) -> None:
        check_power_of_two("num_buckets", self.num_buckets, _LIVE_BUCKETS, 2**20)

    @property
    def shape(self) -> tuple[int, ...]:
        """`(2, num_outputs, num_buckets)`."""
        return (2, self.num_outputs, self.num_buckets)

    @property
    def joined(self) -> int:
        """As many as leave 2048 buckets."""
        return self.num_buckets // _LIVE_BUCKETS

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 2 * num_outputs)`."""
        error = xp.abs(labels - predictions)
        key = magnitude_key(error, self.num_buckets, _LOWEST, _OCTAVES, xp)
        return _cells(xp.array(key, dtype="int32"), self.num_outputs, self.num_buckets, xp)

    def amounts(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns 1 for each output, then |y - p| of each."""
        return _amounts(labels, predictions, xp)

    def fitted(self, units: Units, most: int | None = None) -> "RankedErrors":
        """Returns counts with a cell for every distinct error (or `most` groups of them)."""
        errors = np.abs(units.labels - units.predictions)
        return RankedErrors(tuple(distinct(column, most) for column in errors.T))


def edges(num_buckets: int) -> NDArray[np.float64]:
    """Returns where the buckets of an `ErrorHistogram` begin and end."""
    return magnitude_edges(num_buckets, _LOWEST, _OCTAVES)


@dataclass(frozen=True, eq=False)
class RankedErrors(Cells):
    """The same counts with a cell for each distinct error of one data set.

    Args:
        errors: For each output its sorted distinct errors.
    """

    errors: tuple[NDArray[np.float64], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """`(2, num_outputs, cells)`."""
        return (2, len(self.errors), max(map(len, self.errors)))

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 2 * num_outputs)`."""
        columns = zip(self.errors, np.abs(labels - predictions).T, strict=True)
        ranks = np.stack([rank(ordered, column) for ordered, column in columns], -1)
        return _cells(ranks, len(self.errors), self.shape[2], np)

    def amounts(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns 1 for each output, then |y - p| of each."""
        return _amounts(labels, predictions, xp)


def _cells(key: Any, num_outputs: int, num_buckets: int, xp: ModuleType) -> Any:
    cells = xp.expand_dims(xp.arange(num_outputs), 0) * num_buckets + key
    return xp.concatenate([cells, num_outputs * num_buckets + cells], axis=-1)


def _amounts(labels: Any, predictions: Any, xp: ModuleType) -> Any:
    error = xp.abs(labels - predictions)
    return xp.concatenate([xp.ones_like(error), error], axis=-1)
