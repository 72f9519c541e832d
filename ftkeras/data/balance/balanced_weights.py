"""Weights that make every class count the same."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.balance import Balanced
from ftkeras.data.balance import _weighting
from ftkeras.errors import UserError


@dataclass(frozen=True)
class BalancedWeights:
    """Weighs each class c with (n / (K n_c)) ^ strength, n_c of n examples being of it.

    At strength 1 all K classes have the same total weight (scikit-learn's `"balanced"`); at 0
    nothing changes. Weights raise the recall of rare classes and make their predicted
    probabilities too high: calibrate afterwards, or move the threshold instead.

    Args:
        strength: From 0 (no weights) to 1 (all classes alike).

    Example:
        >>> print(BalancedWeights()(np.array([0, 0, 1, 0]), num_classes=2, seed=0).weights)
        [0.6666667 0.6666667 2.        0.6666667]
    """

    strength: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise UserError(f"Expected `strength` in [0, 1]. Received: strength={self.strength!r}.")

    def __call__(self, labels: NDArray[np.int64], num_classes: int, seed: int) -> Balanced:
        """Returns every row once with its weight; the seed makes no difference."""
        counts = np.maximum(_weighting.class_counts(labels, num_classes), 1)
        return _weighting.weighted(labels, (len(labels) / (num_classes * counts)) ** self.strength)
