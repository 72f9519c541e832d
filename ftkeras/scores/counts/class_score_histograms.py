"""How often each score was given to a class, by whether it was the true one."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Cells, Units
from ftkeras.scores.counts._softmax import log_odds
from ftkeras.scores.counts.float_key import check_num_buckets, float_key
from ftkeras.scores.counts.score_histogram import cut_points, distinct, rank

_LIVE_BUCKETS = 128
_MOST_CELLS = 2**18
_MOST_BUCKETS = 2**13


def default_num_buckets(num_classes: int) -> int:
    """Returns the largest power of two that keeps the state at 2^18 entries, from 64 to 8192.

    Example:
        >>> [default_num_buckets(classes) for classes in (3, 10, 100, 1000)]
        [8192, 8192, 1024, 128]
    """
    room = _MOST_CELLS // (2 * num_classes)
    return max(64, min(_MOST_BUCKETS, 2 ** (room.bit_length() - 1)))


@dataclass(frozen=True)
class ClassScoreHistograms(Cells):
    """`(num_classes, 2, num_buckets)`: a score histogram for each class against the rest.

    The score of a class is its log-odds under softmax, which orders units as its probability does.

    Args:
        num_classes: Number of classes.
        num_buckets: A power of two from 64; see `default_num_buckets`.
    """

    is_complete: ClassVar[bool] = True

    num_classes: int
    num_buckets: int

    def __post_init__(self) -> None:
        check_num_buckets(self.num_buckets)

    @property
    def shape(self) -> tuple[int, ...]:
        """`(num_classes, 2, num_buckets)`."""
        return (self.num_classes, 2, self.num_buckets)

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, num_classes)`."""
        key = xp.array(float_key(log_odds(predictions, xp), self.num_buckets, xp), dtype="int32")
        return _cells(labels, key, self.num_classes, self.num_buckets, xp)

    @property
    def joined(self) -> int:
        """As many as leave 128 buckets."""
        return max(1, self.num_buckets // _LIVE_BUCKETS)

    def fitted(self, units: Units, most: int | None = None) -> "ClassRankedScores":
        """Returns counts with a cell for every distinct score (or `most` groups of them)."""
        scores = _comparable(units.predictions)
        if most is None or len(scores) <= most:
            return ClassRankedScores(tuple(distinct(column, None) for column in scores.T))
        columns = enumerate(scores.T)
        return ClassRankedScores(
            tuple(cut_points(column, units.labels == label, most) for label, column in columns)
        )


@dataclass(frozen=True, eq=False)
class ClassRankedScores(Cells):
    """The same counts with a cell for each distinct score of one data set.

    Args:
        scores: For each class its sorted distinct scores.
    """

    scores: tuple[NDArray[np.float64], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """`(num_classes, 2, cells)`."""
        return (len(self.scores), 2, max(map(len, self.scores)))

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, num_classes)`."""
        columns = zip(self.scores, _comparable(predictions).T, strict=True)
        ranks = np.stack([rank(ordered, column) for ordered, column in columns], -1)
        return _cells(labels, ranks, self.shape[0], self.shape[2], np)


def _comparable(logits: NDArray[Any]) -> NDArray[np.float64]:
    # Rows that hold the same logits in another order tie, though their sums differ in the last bit.
    return np.round(log_odds(logits, np), 11)


def _cells(labels: Any, key: Any, num_classes: int, num_buckets: int, xp: ModuleType) -> Any:
    classes = xp.expand_dims(xp.arange(num_classes), 0)
    is_class = xp.where(xp.equal(xp.expand_dims(labels, -1), classes), 1, 0)
    return (2 * classes + is_class) * num_buckets + key
