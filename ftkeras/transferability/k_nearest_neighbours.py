"""How often the nearest other examples have the same label."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.statistics.nearest_neighbours import nearest_neighbours
from ftkeras.transferability._score import Transferability, checked, of_mean, one_hot


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
        belongs = one_hot(y)
        nearest = nearest_neighbours(x, x, self.count, without_itself=True)
        count = nearest.shape[1]
        # Ranks add up to less than half a vote, so they decide between equal votes alone.
        ranked = 1 - (np.arange(count) + 1) / (2 * count**2 + 2 * count)
        votes = np.stack([(each[nearest] * ranked).sum(axis=1) for each in belongs.T], axis=1)
        return of_mean(votes.argmax(axis=1) == belongs.argmax(axis=1))
