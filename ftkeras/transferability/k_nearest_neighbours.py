"""How often the nearest other examples have the same label."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.transferability._score import Transferability, checked, of_mean, one_hot

# Similarities of that many pairs at once.
_BLOCK = 1 << 24


@dataclass(frozen=True)
class KNearestNeighbours(Transferability):
    """Leave-one-out accuracy of a vote of the k most similar examples, by cosine.

    Every example is answered by all others. A tie goes to the tied class whose voters are nearer
    (the smaller sum of ranks); then to the lower index. Higher is better; from 0 to 1. Of features
    that are all zero the similarity to everything is 0.

    Args:
        count: How many neighbours vote; all others, where there are fewer.

    Example:
        >>> features = np.array([[1.0, 0.1], [1.0, 0.2], [0.1, 1.0], [0.2, 1.0]])
        >>> KNearestNeighbours(count=1)(features, np.array([0, 0, 1, 1]))
        1.0

    References:
        Cover and Hart, 1967, IEEE Transactions on Information Theory 13.
    """

    count: int = 11
    direction = "max"

    def __post_init__(self) -> None:
        if not isinstance(self.count, int) or self.count < 1:
            raise UserError(f"Expected `count` >= 1. Received: count={self.count!r}.")

    def scored(self, features: Any, labels: Any) -> tuple[float, NDArray[np.float64]]:
        """Returns the score and the influences, with the neighbours held as they are."""
        x, y = checked(features, labels)
        lengths = np.linalg.norm(x, axis=1, keepdims=True)
        directions = x / np.where(lengths > 0, lengths, 1.0)
        belongs = one_hot(y)
        rows = max(1, _BLOCK // len(y))
        right = [
            self._right(directions, belongs, np.arange(first, min(first + rows, len(y))))
            for first in range(0, len(y), rows)
        ]
        return of_mean(np.concatenate(right))

    def _right(
        self,
        directions: NDArray[np.float64],
        belongs: NDArray[np.float64],
        rows: NDArray[np.int64],
    ) -> NDArray[np.bool_]:
        similar = directions[rows] @ directions.T
        similar[np.arange(len(rows)), rows] = -np.inf
        count = min(self.count, len(directions) - 1)
        nearest = np.argpartition(-similar, count - 1, axis=1)[:, :count]
        order = np.argsort(-np.take_along_axis(similar, nearest, axis=1), axis=1, kind="stable")
        nearest = np.take_along_axis(nearest, order, axis=1)
        # Ranks add up to less than half a vote, so they decide between equal votes alone.
        ranked = 1 - (np.arange(count) + 1) / (2 * count**2 + 2 * count)
        votes = np.einsum("rkc,k->rc", belongs[nearest], ranked)
        return np.asarray(votes.argmax(axis=1) == belongs[rows].argmax(axis=1))
