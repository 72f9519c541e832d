"""How often the model was right, by how sure it was, in as many steps as floats have."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Cells, Units
from ftkeras.scores.counts._softmax import largest_class, log_odds
from ftkeras.scores.counts.float_key import check_num_buckets, float_key
from ftkeras.scores.counts.score_histogram import distinct, rank

_LIVE_BUCKETS = 256


@dataclass(frozen=True)
class ConfidenceHistogram(Cells):
    """`(3, num_buckets)`: units, summed probability and events by bucket of the log-odds.

    Binary: the probability is that of class 1 and the event is class 1. With more classes, the
    probability is that of the predicted class and the event is that it was right.

    Args:
        num_classes: Number of classes.
        num_buckets: A power of two from 64; see `float_key`.
    """

    is_complete: ClassVar[bool] = True

    num_classes: int = 2
    num_buckets: int = 2**14

    def __post_init__(self) -> None:
        check_num_buckets(self.num_buckets)

    @property
    def shape(self) -> tuple[int, ...]:
        """`(3, num_buckets)`."""
        return (3, self.num_buckets)

    @property
    def joined(self) -> int:
        """As many as leave 256 buckets."""
        return max(1, self.num_buckets // _LIVE_BUCKETS)

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 3)`."""
        odds = _confidence(predictions, xp)
        key = xp.array(float_key(odds, self.num_buckets, xp), dtype="int32")
        return xp.stack([key, self.num_buckets + key, 2 * self.num_buckets + key], -1)

    def amounts(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 3)`."""
        return _amounts(labels, predictions, xp)

    def fitted(self, units: Units, most: int | None = None) -> "RankedConfidences":
        """Returns counts with a cell for every distinct confidence (or `most` groups of them)."""
        return RankedConfidences(distinct(_comparable(units.predictions), most))


@dataclass(frozen=True, eq=False)
class RankedConfidences(Cells):
    """The same counts with a cell for each distinct confidence of one data set.

    Args:
        confidences: Sorted distinct log-odds; a prediction falls to the largest one not above it.
    """

    confidences: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, ...]:
        """`(3, len(confidences))`."""
        return (3, len(self.confidences))

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 3)`."""
        place = rank(self.confidences, _comparable(predictions))[:, None]
        return place + len(self.confidences) * np.arange(3)

    def amounts(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 3)`."""
        return _amounts(labels, predictions, xp)


def _confidence(predictions: Any, xp: ModuleType) -> Any:
    if len(predictions.shape) == 1:
        return predictions
    return xp.max(log_odds(predictions, xp), axis=-1)


def _comparable(predictions: NDArray[Any]) -> NDArray[np.float64]:
    # Rows that hold the same logits in another order tie, though their sums differ in the last bit.
    odds = _confidence(predictions, np)
    return odds if predictions.ndim == 1 else np.round(odds, 11)


def _amounts(labels: Any, predictions: Any, xp: ModuleType) -> Any:
    odds = xp.clip(_confidence(predictions, xp), -80.0, 80.0)
    probability = 1 / (1 + xp.exp(-odds))
    if len(predictions.shape) == 1:
        event = labels == 1
    else:
        event = labels == xp.array(largest_class(predictions, xp), dtype="int32")
    ones = xp.ones_like(probability)
    return xp.stack([ones, probability, xp.where(event, ones, xp.zeros_like(ones))], -1)
