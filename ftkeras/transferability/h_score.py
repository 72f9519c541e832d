"""H-score: how far the class means stand apart, in units of the features' own spread."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import ledoit_wolf_shrinkage

from ftkeras.transferability._score import Transferability, checked, one_hot


@dataclass(frozen=True)
class HScore(Transferability):
    """Trace of the inverse covariance of the features times the covariance of their class means.

    H = tr(cov(f)^-1 cov(E[f | y])), by Bao et al. With n examples and d features in the order of
    n, cov(f) cannot be estimated and H says little but d; so by default the covariance is shrunk,
    as Ibrahim et al. propose:

        H_a = tr(S_a^-1 (1 - a) cov(E[f | y])),  S_a = (1 - a) cov(f) + a (tr cov(f) / d) I

    with a by Ledoit and Wolf. Higher is better; from 0 to the number of classes less 1.
    Covariances divide by n.

    Args:
        shrunk: Whether to shrink the covariance; without, its pseudo-inverse is taken.

    Example:
        >>> labels = np.array([0, 0, 1, 1])
        >>> features = np.array([[-1.0], [-3.0], [1.0], [3.0]])
        >>> round(HScore(shrunk=False)(features, labels), 3)  # means +-2, variance 5
        0.8

    References:
        Bao et al., 2019, An Information-Theoretic Approach to Transferability in Task Transfer
        Learning, ICIP. Ibrahim, Ponomareva and Mazumder, 2022, Newer is not always better, ECML.
    """

    shrunk: bool = True
    direction = "max"

    def scored(self, features: Any, labels: Any) -> tuple[float, NDArray[np.float64]]:
        """Returns the score and the influences, with the amount of shrinking held fixed."""
        x, y = checked(features, labels)
        centred = x - x.mean(axis=0)
        num, width = centred.shape
        covariance = centred.T @ centred / num
        amount = float(ledoit_wolf_shrinkage(centred, assume_centered=True)) if self.shrunk else 0.0
        spread = float(np.trace(covariance)) / width
        belongs = one_hot(y)
        shares = belongs.mean(axis=0)
        means = (belongs.T @ centred / num) / shares[:, None]
        if self.shrunk and spread > 0:
            shrunk = (1 - amount) * covariance + amount * spread * np.eye(width)
            inverse = np.linalg.pinv(shrunk, hermitian=True)
        else:
            inverse = np.linalg.pinv(covariance, hermitian=True)
        towards = means @ inverse
        lengths = (towards * means).sum(axis=1)
        value = (1 - amount) * float(shares @ lengths)
        # Each is a derivative with respect to one example's share of the data.
        between = 2 * ((belongs @ towards) * centred).sum(axis=1) - belongs @ lengths
        within = (1 - amount) * ((centred @ towards.T) ** 2 @ shares)
        isotropic = amount / width * float(((towards**2).sum(axis=1) * shares).sum())
        within = within + isotropic * (centred**2).sum(axis=1)
        terms = (1 - amount) * (between - within)
        return value, (terms - terms.mean()) / num
