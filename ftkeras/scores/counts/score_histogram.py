"""How often each score was given to either class."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Cells, Units
from ftkeras.scores.counts.float_key import check_num_buckets, float_key, lower_edges

_LIVE_BUCKETS = 256
_SAMPLED = 64
"""Scores looked at for each cut point."""
_MANY, _FEW, _KEYS = 2**16, 2**12, 2**16


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
        scores = units.predictions
        if most is None or len(scores) <= most:
            return RankedScores(distinct(scores, None))
        return RankedScores(cut_points(scores, units.labels == 1, most))


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


def distinct(scores: NDArray[Any], most: int | None) -> NDArray[np.float64]:
    """Returns the sorted distinct scores, thinned to `most` groups of like size."""
    if most is not None and len(scores) > most:
        # Only cut points are wanted, so every so-manieth score will do.
        ordered = np.sort(scores[:: max(1, len(scores) // (_SAMPLED * most))])
        return np.unique(ordered[np.arange(most) * len(ordered) // most])
    return np.unique(scores) if len(scores) else np.zeros(1)


def cut_points(scores: NDArray[Any], is_class: NDArray[np.bool_], most: int) -> NDArray[np.float64]:
    """Returns sorted scores, half of them for each side: a rare class would share a few groups."""
    of_side = [distinct(scores[side], most // 2) for side in (is_class, ~is_class) if side.any()]
    return np.unique(np.concatenate(of_side))


def rank(ordered: NDArray[Any], scores: NDArray[Any]) -> NDArray[np.int64]:
    """Returns the index of the largest of the ordered values not above each score."""
    if len(scores) < _MANY or len(ordered) > _FEW or (scores.astype("float32") != scores).any():
        return np.maximum(np.searchsorted(ordered, scores, side="right") - 1, 0)
    # Among few values most buckets of floats hold no boundary: there a table knows the answer.
    edges = np.append(lower_edges(_KEYS), np.inf)
    known = np.searchsorted(ordered, edges[:-1], side="right") - 1
    is_cut = np.searchsorted(ordered, edges[1:], side="left") - 1 != known
    key = float_key(scores, _KEYS, np)
    found = np.maximum(known, 0)[key]
    rest = np.flatnonzero(is_cut[key])
    found[rest] = np.maximum(np.searchsorted(ordered, scores[rest], side="right") - 1, 0)
    return found
