"""Weights by the effective number of examples of each class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.balance import Balanced
from ftkeras.data.balance import _weighting
from ftkeras.errors import UserError


@dataclass(frozen=True)
class EffectiveNumberWeights:
    """Weighs each class c of n_c examples with (1 - beta) / (1 - beta ^ n_c).

    Examples overlap in what they teach, so the effective number of n examples is
    (1 - beta^n) / (1 - beta), which grows ever more slowly. Beta 0 changes nothing, beta towards
    1 gives `balanced_weights`.

    Args:
        beta: In [0, 1); 0.9, 0.99, 0.999 and 0.9999 are usual.

    Example:
        >>> rule = EffectiveNumberWeights(beta=0.5)
        >>> print(rule(np.array([0, 0, 1]), num_classes=2, seed=0).weights.round(2))
        [0.86 0.86 1.29]

    References:
        Cui et al., 2019, CVPR, eq. 2 and section 4.
    """

    beta: float = 0.999

    def __post_init__(self) -> None:
        if not 0 <= self.beta < 1:
            raise UserError(f"Expected `beta` in [0, 1). Received: beta={self.beta!r}.")

    def __call__(self, labels: NDArray[np.int64], num_classes: int, seed: int) -> Balanced:
        """Returns every row once with its weight; the seed makes no difference."""
        counts = np.maximum(_weighting.class_counts(labels, num_classes), 1)
        # 1 - beta^n without cancellation for beta near 1.
        effective = counts if self.beta == 0 else -np.expm1(counts * np.log(self.beta))
        return _weighting.weighted(
            labels, np.ones(num_classes) if self.beta == 0 else 1 / effective
        )
