"""Which training examples are used, how often, and how much each counts."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Balanced:
    """The training part after a balance rule.

    Args:
        rows: `(used,)` rows of the training part; a row may be there twice, or not at all.
        weights: `(used,)` how much each counts in the loss; their mean is 1.
    """

    rows: NDArray[np.int64]
    weights: NDArray[np.float32]


class BalanceRule(Protocol):
    """One file in `data/balance/`: built from a call string, called with the training labels."""

    def __call__(self, labels: NDArray[np.int64], num_classes: int, seed: int) -> Balanced:
        """Returns the rows to train on and their weights.

        Args:
            labels: `(examples,)` class indices of the training part, and of no other.
            num_classes: Number of classes.
            seed: Seed of whatever is random in it.
        """
