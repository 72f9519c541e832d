"""How often each label goes with each prediction, both in buckets."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Cells, Counts, Units
from ftkeras.errors import UserError
from ftkeras.scores.counts.magnitude_key import check_power_of_two, magnitude_key
from ftkeras.scores.counts.score_histogram import distinct, rank

_LOWEST, _OCTAVES = -8, 16
_LEAST_BUCKETS = 64
_RESAMPLED_BUCKETS = 64


@dataclass(frozen=True)
class JointHistogram(Cells):
    """`(num_outputs, num_buckets, num_buckets)`: units by bucket of their label and prediction.

    What is bucketed is (x - center) / scale. Buckets are equally fine relative to that from 2^-8 to
    2^8 on each side of zero; they keep the order.

    Args:
        num_outputs: How many numbers are predicted for a unit.
        num_buckets: A power of two from 64 to 1024.
        center: What is subtracted from labels and predictions.
        scale: What they are divided by.
    """

    num_outputs: int = 1
    num_buckets: int = 256
    center: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        check_power_of_two("num_buckets", self.num_buckets, _LEAST_BUCKETS, 1024)
        if not self.scale > 0:
            raise UserError(f"Expected `scale` > 0. Received: scale={self.scale!r}.")

    @property
    def shape(self) -> tuple[int, ...]:
        """`(num_outputs, num_buckets, num_buckets)`."""
        return (self.num_outputs, self.num_buckets, self.num_buckets)

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, num_outputs)`."""
        of_label, of_prediction = self._key(labels, xp), self._key(predictions, xp)
        return _cells(of_label, of_prediction, self.num_buckets, xp)

    def _key(self, values: Any, xp: ModuleType) -> Any:
        values = (values - self.center) / self.scale
        half = self.num_buckets // 2
        step = xp.array(magnitude_key(values, half, _LOWEST, _OCTAVES, xp), dtype="int32")
        return half + xp.where(values >= 0, step, -step)

    def live(self, counts: Any, xp: ModuleType) -> Any:
        """Returns `(num_outputs, 64, 64)`: neighbouring buckets joined."""
        joined = self.num_buckets // _LEAST_BUCKETS
        shape = (*counts.shape[:-2], _LEAST_BUCKETS, joined, _LEAST_BUCKETS, joined)
        return xp.sum(xp.sum(xp.reshape(counts, shape), axis=-1), axis=-2)

    def fitted(self, units: Units, most: int | None = None) -> Counts:
        """Returns counts with a cell for every distinct pair, or for 64 x 64 groups of pairs."""
        pairs = list(zip(units.labels.T, units.predictions.T, strict=True))
        if most is None:
            return DistinctPairs(tuple(_distinct_pairs(*pair) for pair in pairs))
        return GroupedPairs(
            tuple(
                (distinct(y, _RESAMPLED_BUCKETS), distinct(p, _RESAMPLED_BUCKETS)) for y, p in pairs
            )
        )


@dataclass(frozen=True, eq=False)
class GroupedPairs(Cells):
    """The same counts with buckets of like size for one data set.

    Args:
        edges: For each output where the groups of labels and of predictions begin.
    """

    edges: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """`(num_outputs, 64, 64)`."""
        return (len(self.edges), _RESAMPLED_BUCKETS, _RESAMPLED_BUCKETS)

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, num_outputs)`."""
        of_label, of_prediction = (
            np.stack(
                [rank(edges[side], x) for edges, x in zip(self.edges, values.T, strict=True)], -1
            )
            for side, values in enumerate((labels, predictions))
        )
        return _cells(of_label, of_prediction, _RESAMPLED_BUCKETS, np)


@dataclass(frozen=True, eq=False)
class DistinctPairs(Cells):
    """`(num_outputs, 3, pairs)`: units, and sums of the places of their label and prediction.

    A cell for each distinct pair of one data set; a place is that among the distinct labels or
    predictions in order, so that the counts alone tell all that ranks depend on.

    Args:
        pairs: For each output the distinct labels, the distinct predictions, and the codes
            `place of label * number of predictions + place of prediction` that occur, all sorted.
    """

    pairs: tuple[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """`(num_outputs, 3, pairs)`."""
        return (len(self.pairs), 3, max(len(codes) for _, _, codes in self.pairs))

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 3 * num_outputs)`."""
        size = self.shape[2]
        columns = []
        for output, (of_label, of_prediction) in enumerate(self._places(labels, predictions)):
            _, ordered, codes = self.pairs[output]
            pair = np.searchsorted(codes, of_label * len(ordered) + of_prediction)
            columns += [(3 * output + row) * size + pair for row in range(3)]
        return np.stack(columns, -1)

    def amounts(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns 1 and both places for each output."""
        columns = []
        for of_label, of_prediction in self._places(labels, predictions):
            columns += [np.ones(len(labels)), of_label, of_prediction]
        return np.stack(columns, -1)

    def _places(self, labels: Any, predictions: Any) -> list[tuple[Any, Any]]:
        columns = zip(self.pairs, labels.T, predictions.T, strict=True)
        return [(rank(ys, y), rank(ps, p)) for (ys, ps, _), y, p in columns]


def _distinct_pairs(
    labels: NDArray[Any], predictions: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    ys, ps = distinct(labels, None), distinct(predictions, None)
    codes = np.unique(rank(ys, labels) * len(ps) + rank(ps, predictions))
    return ys, ps, codes if len(codes) else np.zeros(1, "int64")


def _cells(of_label: Any, of_prediction: Any, num_buckets: int, xp: ModuleType) -> Any:
    output = xp.expand_dims(xp.arange(of_label.shape[-1]), 0)
    return (output * num_buckets + of_label) * num_buckets + of_prediction
