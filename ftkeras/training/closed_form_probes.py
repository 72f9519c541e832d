"""Linear probes with a formula: what features know, without training and without a seed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError

PENALTIES = tuple(float(value) for value in 10.0 ** np.arange(-3.0, 6.0))
"""Strengths of the L2 penalty that are tried, a decade apart."""


@dataclass(frozen=True)
class RidgeProbe:
    """Ridge regression on targets, and its answer for each example without that example.

    Args:
        penalty: Strength of the L2 penalty with the least squared error left one out.
        errors: `(penalties,)` that error for each one tried, a mean over examples and targets.
        left_out: `(examples, targets)` the answer for each example by the regression on all
            others, at that penalty.
    """

    penalty: float
    errors: NDArray[np.float64]
    left_out: NDArray[np.float64]


def ridge_probe(features: Any, targets: Any, penalties: Any = PENALTIES) -> RidgeProbe:
    """Fits ridge regression with an intercept once, and leaves out each example by formula.

    With the hat matrix H of the fit on all examples, the residual of the regression on all but
    example i is `(y_i - yhat_i) / (1 - H_ii)`: exact, not an approximation. One singular value
    decomposition `U S V'` of the centred features serves all penalties, as
    `H = 11' / n + U diag(s^2 / (s^2 + penalty)) U'`. The intercept is not penalised.

    Args:
        features: `(examples, width)`; of one scale, for the penalty is the same for all.
        targets: `(examples, targets)` numbers, for example from `one_against_rest`.
        penalties: Strengths above 0 to choose from.

    Raises:
        UserError: Shapes do not fit, there are fewer than three examples, or a penalty is not
            above 0.

    Example:
        >>> x, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([[0.0], [1.0], [2.0], [4.0]])
        >>> probe = ridge_probe(x, y, penalties=[1e-9])
        >>> left = np.polyfit(x[1:, 0], y[1:, 0], 1)  # the line through all others
        >>> bool(np.isclose(probe.left_out[0, 0], np.polyval(left, 0.0)))
        True

    References:
        Allen, 1974, Technometrics 16 (PRESS); Golub, Heath and Wahba, 1979, Technometrics 21.
        Checked against scikit-learn's RidgeCV and against refitting.
    """
    x, y = np.asarray(features, "float64"), np.asarray(targets, "float64")
    tried: NDArray[np.float64] = np.asarray(penalties, "float64")
    if x.ndim != 2 or y.ndim != 2 or len(x) != len(y) or len(x) < 3:
        raise UserError(
            "Expected `features` (examples, width) and `targets` (examples, targets) of at least "
            f"three examples. Received: shapes {x.shape} and {y.shape}."
        )
    if not len(tried) or not (tried > 0).all():
        raise UserError(f"Expected penalties > 0. Received: penalties={tried.tolist()}.")
    mean = y.mean(axis=0)
    u, s, _ = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    along = u.T @ (y - mean)
    answers = []
    for penalty in tried:
        shrunk = s**2 / (s**2 + penalty)
        hat = 1 / len(x) + (u**2) @ shrunk
        residual = y - mean - u @ (shrunk[:, None] * along)
        answers.append(y - residual / (1 - hat)[:, None])
    errors = np.array([((y - answer) ** 2).mean() for answer in answers])
    best = int(errors.argmin())
    return RidgeProbe(float(tried[best]), errors, answers[best])


def one_against_rest(labels: NDArray[np.int64], num_classes: int) -> NDArray[np.float64]:
    """Returns `(examples, classes)`: 1 for the class of an example, -1 for all others.

    Args:
        labels: `(examples,)` class indices.
        num_classes: Number of classes.

    Example:
        >>> one_against_rest(np.array([1, 0]), 2).tolist()
        [[-1.0, 1.0], [1.0, -1.0]]
    """
    return np.where(np.arange(num_classes) == labels[:, None], 1.0, -1.0)
