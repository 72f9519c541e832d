"""How sure a cross-validated score is, although the training parts of the folds overlap."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from ftkeras.errors import UserError


@dataclass(frozen=True)
class Corrected:
    """The mean of scores over folds, and what may be said of it.

    Args:
        mean: Mean of the scores.
        standard_error: Its standard error with the correction.
        low: Lower end of the interval.
        high: Upper end.
        p_value: Two-sided, of a mean at least this far from 0 if the truth were 0; for differences.
        freedom: Degrees of freedom.
    """

    mean: float
    standard_error: float
    low: float
    high: float
    p_value: float
    freedom: int


def corrected_resampled(scores: Any, test_over_train: float, level: float = 0.95) -> Corrected:
    """Returns the corrected resampled t interval and test of scores over folds.

    The scores of k folds are no sample of k: any two models share most of their training
    examples. With J scores (k folds, repeated r times: J = r k) of sample variance S^2, Nadeau and
    Bengio estimate the variance of their mean as

        (1 / J + n_test / n_train) S^2

    where the naive estimate is S^2 / J. The mean over its root is compared with Student's t with
    J - 1 degrees of freedom. More repeats shrink the first term only: the second is the price of
    finite data. The interval is for the expected score of the recipe on n_train examples.

    The correction guesses the correlation of folds to be n_test / (n_test + n_train); no unbiased
    estimate exists. In simulations of 5 folds, 95% intervals held the truth in 98% of the data
    sets, those of 5 times 5 folds in 95%; without the correction, in 93% and 61%.

    Args:
        scores: `(folds,)` or `(repeats, folds)` scores, or paired differences of scores.
        test_over_train: Examples a fold is tested on, over those its model is made from; with k
            folds 1 / (k - 1).
        level: Confidence level.

    Raises:
        UserError: There are fewer than two scores, or one is not finite.

    Example:
        >>> found = corrected_resampled([0.90, 0.92, 0.88, 0.91, 0.89], test_over_train=1 / 4)
        >>> round(found.mean, 3), round(found.low, 3), round(found.high, 3)
        (0.9, 0.871, 0.929)

    References:
        Nadeau and Bengio, 2003, "Inference for the Generalization Error", Machine Learning 52,
        section 4; for repeated folds Bouckaert and Frank, 2004, PAKDD.
    """
    values: NDArray[np.float64] = np.asarray(scores, "float64").ravel()
    if len(values) < 2 or not np.isfinite(values).all():
        raise UserError(
            f"Expected at least two finite scores of folds. Received: {values.tolist()}."
        )
    if not 0 < level < 1:
        raise UserError(f"Expected `level` between 0 and 1. Received: level={level!r}. Try 0.95.")
    mean, freedom = float(values.mean()), len(values) - 1
    error = corrected_error(float(values.var(ddof=1)), len(values), test_over_train)
    half = float(t.ppf((1 + level) / 2, freedom)) * error
    # Without any spread all differences are one and the same.
    p_value = float(2 * t.sf(abs(mean) / error, freedom)) if error > 0 else float(mean == 0)
    return Corrected(mean, error, mean - half, mean + half, p_value, freedom)


def corrected_error(variance: float, num_scores: int, test_over_train: float) -> float:
    """Returns the corrected standard error of a mean of scores over folds.

    Args:
        variance: Sample variance of the scores.
        num_scores: Number of scores, folds times repeats.
        test_over_train: As in `corrected_resampled`.

    Example:
        >>> round(corrected_error(0.01, 5, 0.25), 4)
        0.0671
    """
    return float(np.sqrt((1 / num_scores + test_over_train) * variance))
