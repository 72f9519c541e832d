"""How often each score was given to either class."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Cells, Units
from ftkeras.scores.counts.float_key import check_num_buckets, float_key

_LIVE_BUCKETS = 256


@dataclass(frozen=True)
class ScoreHistogram(Cells):
    """`(2, num_buckets)`: units of class 0 and of class 1 by the bucket of their logit.

    Args:
        num_buckets: A power of two from 64; see `float_key`.

    Example:
        >>> from ftkeras.scores.inputs.classification import Classification
        >>> units = Classification(2).units([0, 1, 1], np.array([-1.0, 2.0, 2.0]), np)
        >>> ScoreHistogram(64).tally(units)[1].max()
        np.float64(2.0)
    """

    is_complete: ClassVar[bool] = True

    num_buckets: int = 2**14

    def __post_init__(self) -> None:
        check_num_buckets(self.num_buckets)

    @property
    def shape(self) -> tuple[int, ...]:
        """`(2, num_buckets)`."""
        return (2, self.num_buckets)

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 1)`."""
        labels = xp.array(labels, dtype="int32")
        key = xp.array(float_key(predictions, self.num_buckets, xp), dtype="int32")
        return xp.expand_dims(labels * self.num_buckets + key, -1)

    @property
    def joined(self) -> int:
        """As many as leave 256 buckets."""
        return max(1, self.num_buckets // _LIVE_BUCKETS)

    def fitted(self, units: Units, most: int | None = None) -> "RankedScores":
        """Returns counts with a cell for every distinct score (or `most` groups of them)."""
        return RankedScores(distinct(units.predictions, most))


@dataclass(frozen=True, eq=False)
class RankedScores(Cells):
    """`(2, len(scores))`: the same counts with a cell for each distinct score of one data set.

    Args:
        scores: Sorted distinct scores; a prediction falls to the largest one not above it.
    """

    scores: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, ...]:
        """`(2, len(scores))`."""
        return (2, len(self.scores))

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 1)`."""
        return (labels * len(self.scores) + rank(self.scores, predictions))[:, None]


def join_buckets(counts: Any, most: int, xp: ModuleType) -> Any:
    """Returns counts `(..., buckets)` with neighbours summed until at most `most` are left."""
    buckets = counts.shape[-1]
    if buckets <= most:
        return counts
    joined = (*counts.shape[:-1], most, buckets // most)
    return xp.sum(xp.reshape(counts, joined), axis=-1)


def distinct(scores: NDArray[Any], most: int | None) -> NDArray[np.float64]:
    """Returns the sorted distinct scores, thinned to `most` groups of like size."""
    if most is not None and len(scores) > most:
        # Only cut points are wanted, so a regular sample of the order is enough.
        ordered = np.sort(scores)
        return np.unique(ordered[np.arange(most) * len(ordered) // most])
    return np.unique(scores) if len(scores) else np.zeros(1)


def rank(ordered: NDArray[Any], scores: NDArray[Any]) -> NDArray[np.int64]:
    """Returns the index of the largest of the ordered values not above each score."""
    return np.maximum(np.searchsorted(ordered, scores, side="right") - 1, 0)
