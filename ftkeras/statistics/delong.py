"""Areas under ROC curves by DeLong's formula: a cross-check of what resampling says."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

from ftkeras.errors import UserError


@dataclass(frozen=True)
class DelongInterval:
    """An area with its interval.

    Args:
        value: The area under the ROC curve.
        standard_error: Its standard error.
        low: Lower end of the interval.
        high: Upper end of the interval.
    """

    value: float
    standard_error: float
    low: float
    high: float


@dataclass(frozen=True)
class DelongComparison:
    """The difference of two areas on the same units.

    Args:
        difference: First area minus second.
        standard_error: Its standard error, with what both models find easy counted once.
        low: Lower end of the interval.
        high: Upper end of the interval.
        p_value: Two-sided, of the areas being equal.
    """

    difference: float
    standard_error: float
    low: float
    high: float
    p_value: float


def interval(y_true: Any, scores: Any, level: float = 0.95) -> DelongInterval:
    """Returns the area under the ROC curve with DeLong's interval, on the logit scale.

    The variance is S10 / m + S01 / n, with S10 the variance over the m positives of the share of
    negatives that each beats, and S01 that over the n negatives of the share of positives that beat
    it, ties counting half. At 0 and 1 the variance is 0 and so is the interval's length: there, and
    with less than some ten units of a class, trust `ftkeras.statistics.intervals`.

    Args:
        y_true: `(units,)` 0 or 1.
        scores: `(units,)` larger for class 1.
        level: Confidence level.

    Raises:
        UserError: Less than two units of a class, or scores that are not finite.

    Example:
        >>> found = interval([0, 0, 0, 1, 1, 1], [0.1, 0.4, 0.7, 0.35, 0.8, 0.9])
        >>> round(found.value, 4), round(found.standard_error, 4)
        (0.7778, 0.2485)

    References:
        DeLong, DeLong and Clarke-Pearson, 1988, Biometrics 44; Sun and Xu, 2014, IEEE Signal
        Processing Letters 21 (by ranks). Checked against the formula over all pairs.
    """
    areas, covariance = _areas(y_true, [scores])
    value, error = float(areas[0]), float(np.sqrt(covariance[0, 0]))
    z = norm.ppf((1 + level) / 2)
    low, high = value, value
    if 0 < value < 1:
        half = z * error / (value * (1 - value))
        low, high = (float(expit(logit(value) + sign * half)) for sign in (-1, 1))
    return DelongInterval(value, error, low, high)


def compare(y_true: Any, scores: Any, other_scores: Any, level: float = 0.95) -> DelongComparison:
    """Returns the difference of two areas on the same units, with DeLong's test.

    Args:
        y_true: `(units,)` 0 or 1.
        scores: `(units,)` of the first model, larger for class 1.
        other_scores: `(units,)` of the second.
        level: Confidence level.

    Returns:
        The comparison. Where both models rank all pairs alike the p-value is 1.

    Raises:
        UserError: Less than two units of a class, or scores that are not finite.

    Example:
        >>> y_true, first = [0, 0, 0, 1, 1, 1], [0.1, 0.4, 0.7, 0.35, 0.8, 0.9]
        >>> found = compare(y_true, first, [0.1, 0.9, 0.7, 0.35, 0.8, 0.2])
        >>> round(found.difference, 4), round(found.p_value, 3)
        (0.3333, 0.221)

    References:
        DeLong, DeLong and Clarke-Pearson, 1988, Biometrics 44, eq. 5.
    """
    areas, covariance = _areas(y_true, [scores, other_scores])
    difference = float(areas[0] - areas[1])
    contrast = np.array([1.0, -1.0])
    # The variance of two models that are alike may round to just below 0.
    error = float(np.sqrt(max(contrast @ covariance @ contrast, 0.0)))
    half = norm.ppf((1 + level) / 2) * error
    if error == 0:
        p_value = 1.0 if difference == 0 else 0.0
    else:
        p_value = float(2 * norm.sf(abs(difference) / error))
    return DelongComparison(difference, error, difference - half, difference + half, p_value)


def _areas(y_true: Any, models: list[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the areas and their covariance."""
    labels = np.asarray(y_true)
    scores = np.stack([np.asarray(each, "float64").reshape(-1) for each in models])
    is_positive = labels.reshape(-1) == 1
    positives, negatives = int(is_positive.sum()), int((labels.reshape(-1) == 0).sum())
    if positives + negatives != scores.shape[1] or min(positives, negatives) < 2:
        raise UserError(
            "Expected labels 0 and 1, two of each at least, and one score a label. Received: "
            f"{negatives} labels 0, {positives} labels 1 and {scores.shape[1]} scores."
        )
    if not np.isfinite(scores).all():
        raise UserError("Expected finite scores. Received: scores with NaN or infinity.")
    among_all = rankdata(scores, axis=1)
    beats = among_all[:, is_positive] - rankdata(scores[:, is_positive], axis=1)
    loses = among_all[:, ~is_positive] - rankdata(scores[:, ~is_positive], axis=1)
    of_positive, of_negative = beats / negatives, 1 - loses / positives
    covariance = np.atleast_2d(np.cov(of_positive)) / positives
    covariance = covariance + np.atleast_2d(np.cov(of_negative)) / negatives
    return of_positive.mean(axis=1), covariance
