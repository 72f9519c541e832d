"""An interval on a scale without ends, from the spread of resampled values."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import t

from ftkeras.statistics._wilson import wilson


def t_interval(
    value: float,
    resampled: NDArray[np.float64],
    bounds: tuple[float, float],
    freedom: float,
    trials: int,
    level: float,
) -> tuple[float, float]:
    """Returns value -+ t spread, on the logit scale of two bounds and the log scale of one.

    Percentiles of a bootstrap are too narrow where a class has few units: the spread itself is
    uncertain (hence t) and values near a bound are skewed (hence the scale).

    Args:
        value: The score.
        resampled: `(resamples,)` its values on resampled counts.
        bounds: Smallest and largest possible value.
        freedom: Degrees of freedom of the spread.
        trials: Right or wrong answers that the score is made of: units, or pixels of them.
        level: Confidence level.

    Example:
        >>> low, high = t_interval(0.9, np.array([0.85, 0.9, 0.95]), (0.0, 1.0), 30, 60, 0.95)
        >>> round(low, 3), round(high, 3)
        (0.765, 0.961)
    """
    low, high = bounds
    if np.isinf(low):
        half = t.ppf((1 + level) / 2, freedom) * resampled.std()
        return value - float(half), value + float(half)
    if np.isfinite(high):
        # Half an answer away from a bound is as near as the data can tell.
        margin = 0.5 / trials
        shares = np.clip((np.append(resampled, value) - low) / (high - low), margin, 1 - margin)
        scaled, back = logit(shares), lambda x: low + (high - low) * float(expit(x))
    else:
        positive = np.append(resampled, value) - low
        smallest = max(float(positive.mean()) * 1e-6, np.finfo(float).tiny)
        scaled, back = np.log(np.maximum(positive, smallest)), lambda x: low + float(np.exp(x))
    half = t.ppf((1 + level) / 2, freedom) * scaled[:-1].std()
    ends = back(scaled[-1] - half), back(scaled[-1] + half)
    # The standard deviation of equal numbers need not be 0 exactly.
    if np.ptp(scaled[:-1]) == 0 and np.isfinite(high) and value in bounds:
        # A score at its bound in every resample: as much is known as by so many trials.
        share = wilson((freedom + 1) * (value == high), freedom + 1, level)
        ends = low + (high - low) * share[0], low + (high - low) * share[1]
    return min(ends[0], value), max(ends[1], value)
