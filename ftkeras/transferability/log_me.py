"""LogME: how much evidence the features give for the labels under a Bayesian linear model."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from ftkeras.transferability._score import Transferability
from ftkeras.transferability._targets import read

# Where the maximum is looked for, in units of the largest squared singular value.
_RANGE = (1e-10, 1e6)
_GRID = 65


@dataclass(frozen=True)
class LogMe(Transferability):
    """Logarithm of maximum evidence, per example, averaged over the columns of the labels.

    A column is a class (one against the rest), a label, or a number, standardised: the paper takes
    numbers as they are, which adds the same to the score of all features and asks those without a
    constant direction to fit the mean as well. For targets y in R^n and features X (n x d) with
    weights w ~ N(0, I / a) and noise N(0, 1 / b), the evidence is

        log p(y) = n/2 log b + d/2 log a - n/2 log 2 pi - b/2 |y - X m|^2 - a/2 |m|^2 - 1/2 log |A|

    with A = a I + b X'X and m = b A^-1 X'y. It is maximised over a and b exactly: for a given
    ratio t = a / b the best b has a closed form, and the ratio is searched on a line, after one
    singular value decomposition for all columns. (The fixed-point iteration of the paper seeks the
    same maximum, and can stop short of it.)

    Higher is better; any real number. It depends on the scale of the labels but not on that of
    the features, and not on their rotation. Where features fit the labels without error the
    evidence has no bound; the ratio is then held at 1e-10 of the largest squared singular value.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> labels = rng.integers(0, 2, 200)
        >>> telling = labels[:, None] + rng.normal(size=(200, 4))
        >>> LogMe()(telling, labels) > LogMe()(rng.normal(size=(200, 4)), labels)
        True

    References:
        You, Liu, Wang and Long, 2021, LogME: Practical Assessment of Pre-trained Models for
        Transfer Learning, ICML.
    """

    direction = "max"

    def scored(self, features: Any, labels: Any) -> tuple[float, NDArray[np.float64]]:
        """Returns the score and the influences, by the envelope theorem at the maximum."""
        x, read_as = read(features, labels)
        targets = read_as.table
        left, singular, _ = np.linalg.svd(x, full_matrices=False)
        found = [
            _column(left, singular, targets[:, c], x.shape[1]) for c in range(targets.shape[1])
        ]
        value = float(np.mean([evidence for evidence, _ in found]))
        return value, np.mean([influence for _, influence in found], axis=0)


def _column(
    left: NDArray[np.float64],
    singular: NDArray[np.float64],
    target: NDArray[np.float64],
    width: int,
) -> tuple[float, NDArray[np.float64]]:
    """Returns the largest evidence per example of one column, and the influences on it."""
    num, squares = len(target), singular**2
    projected = left.T @ target
    outside = float(target @ target - projected @ projected)
    unused = width - len(squares)

    def energy(ratio: float) -> float:
        """Returns |y - X m|^2 + t |m|^2 at the best m."""
        return max(outside, 0.0) + float((projected**2 * ratio / (ratio + squares)).sum())

    def evidence(ratio: float) -> float:
        noise = num / max(energy(ratio), np.finfo(float).tiny)
        shrunk = width * np.log(ratio) - np.log(ratio + squares).sum() - unused * np.log(ratio)
        return float(num * (np.log(noise) - 1 - np.log(2 * np.pi)) + shrunk) / 2

    top = max(float(squares.max()), np.finfo(float).tiny)
    grid = np.linspace(np.log(_RANGE[0] * top), np.log(_RANGE[1] * top), _GRID)
    best = int(np.argmax([evidence(np.exp(log)) for log in grid]))
    around = grid[max(best - 1, 0)], grid[min(best + 1, _GRID - 1)]
    refined = minimize_scalar(
        lambda log: -evidence(np.exp(log)), bounds=around, method="bounded", options={"xatol": 1e-6}
    )
    ratio = float(np.exp(max((refined.x, grid[best]), key=lambda log: evidence(np.exp(log)))))
    noise = num / max(energy(ratio), np.finfo(float).tiny)
    fitted = left @ (projected * squares / (ratio + squares))
    leverage = ((left**2) * (squares / (ratio + squares))).sum(axis=1)
    terms = (np.log(noise / (2 * np.pi)) - noise * (target - fitted) ** 2 - leverage) / 2
    return evidence(ratio) / num, (terms - terms.mean()) / num
