"""How often each score was given to a label, by whether it holds."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Cells, Units
from ftkeras.scores.counts.float_key import check_num_buckets, float_key
from ftkeras.scores.counts.score_histogram import distinct, rank

_LIVE_BUCKETS = 128


@dataclass(frozen=True)
class LabelScoreHistograms(Cells):
    """`(num_labels, 2, num_buckets)`: for each label, units without and with it by their logit.

    Args:
        num_labels: Number of labels.
        num_buckets: A power of two from 64; see `float_key`.
    """

    num_labels: int
    num_buckets: int

    def __post_init__(self) -> None:
        check_num_buckets(self.num_buckets)

    @property
    def shape(self) -> tuple[int, ...]:
        """`(num_labels, 2, num_buckets)`."""
        return (self.num_labels, 2, self.num_buckets)

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, num_labels)`, -1 where a label is unknown."""
        key = xp.array(float_key(predictions, self.num_buckets, xp), dtype="int32")
        return _cells(labels, key, self.num_buckets, xp)

    @property
    def joined(self) -> int:
        """As many as leave 128 buckets."""
        return max(1, self.num_buckets // _LIVE_BUCKETS)

    def fitted(self, units: Units, most: int | None = None) -> "LabelRankedScores":
        """Returns counts with a cell for every distinct score (or `most` groups of them)."""
        columns = zip(units.labels.T, units.predictions.T, strict=True)
        return LabelRankedScores(
            tuple(distinct(scores[label >= 0], most) for label, scores in columns)
        )


@dataclass(frozen=True, eq=False)
class LabelRankedScores(Cells):
    """The same counts with a cell for each distinct score of one data set.

    Args:
        scores: For each label its sorted distinct scores.
    """

    scores: tuple[NDArray[np.float64], ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """`(num_labels, 2, cells)`."""
        return (len(self.scores), 2, max(map(len, self.scores)))

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, num_labels)`, -1 where a label is unknown."""
        columns = zip(self.scores, predictions.T, strict=True)
        ranks = np.stack([rank(ordered, column) for ordered, column in columns], -1)
        return _cells(labels, ranks, self.shape[2], np)


def _cells(labels: Any, key: Any, num_buckets: int, xp: ModuleType) -> Any:
    place = xp.expand_dims(xp.arange(key.shape[-1]), 0)
    cells = (2 * place + xp.where(labels == 1, 1, 0)) * num_buckets + key
    return xp.where(labels >= 0, cells, -1)
