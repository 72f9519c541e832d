"""How well the nearest other examples tell the labels of each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.statistics.nearest_neighbours import nearest_neighbours
from ftkeras.transferability._score import Transferability, of_mean
from ftkeras.transferability._targets import of_r2, of_ranking, read


@dataclass(frozen=True)
class KNearestNeighbours(Transferability):
    """How well the k most similar examples, by cosine, answer for each example without it.

    Of classes the accuracy of their vote: a tie goes to the tied class whose voters are nearer (the
    smaller sum of ranks); then to the lower index. Of labels the label ranking average precision of
    their votes; a tie goes to the label that is more frequent. Both from 0 to 1. Of numbers R² of
    their mean, at most 1. Higher is better. Of features that are all zero the similarity to
    everything is 0.

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
        x, targets = read(features, labels)
        nearest = nearest_neighbours(x, x, self.count, without_itself=True)
        count, table = nearest.shape[1], targets.table
        if targets.kind == "numbers":
            return of_r2(table, table[nearest].mean(axis=1))
        if targets.kind == "labels":
            return of_ranking(table, table[nearest].sum(axis=1) + table.mean(axis=0))
        # Ranks add up to less than half a vote, so they decide between equal votes alone.
        ranked = 1 - (np.arange(count) + 1) / (2 * count**2 + 2 * count)
        votes = np.stack([(each[nearest] * ranked).sum(axis=1) for each in table.T], axis=1)
        return of_mean(votes.argmax(axis=1) == targets.codes)
