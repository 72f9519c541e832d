"""Two groups of units without a unit in common: their difference, an interval and a p-value."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, fisher_exact, t

from ftkeras.statistics._wilson import wilson

_LARGE = 100.0


def value_of(outcome: NDArray[Any], level: float) -> tuple[float, float, float]:
    """Returns the mean with its interval: Wilson's of a share, t of a mean."""
    if outcome.dtype == bool:
        return float(outcome.mean()), *wilson(int(outcome.sum()), len(outcome), level)
    mean, half = float(outcome.mean()), float(t.ppf((1 + level) / 2, len(outcome) - 1))
    half *= float(outcome.std(ddof=1)) / np.sqrt(len(outcome))
    return mean, mean - half, mean + half


def difference_of(
    outcome: NDArray[Any], other: NDArray[Any], level: float
) -> tuple[float, float, float, float]:
    """Returns mean of the first minus mean of the second, its interval, and the p-value.

    For shares: Newcombe's interval and Fisher's exact test, which is the permutation test in closed
    form (Pearson's chi-squared test, its limit, where 100 are expected in every cell). For means:
    Welch's.

    References:
        Newcombe, 1998, Statistics in Medicine 17, method 10. Checked against statsmodels.
    """
    if outcome.dtype != bool:
        return _welch(outcome, other, level)
    first, second = value_of(outcome, level), value_of(other, level)
    difference = first[0] - second[0]
    low = difference - np.hypot(first[0] - first[1], second[2] - second[0])
    high = difference + np.hypot(first[2] - first[0], second[0] - second[1])
    return difference, float(low), float(high), _p_value(outcome, other)


def _welch(
    outcome: NDArray[Any], other: NDArray[Any], level: float
) -> tuple[float, float, float, float]:
    difference = float(outcome.mean() - other.mean())
    # What is all the same varies by nothing, and not by what rounding its mean leaves.
    own, rest = (
        float(each.var(ddof=1)) / len(each) if np.ptp(each) else 0.0 for each in (outcome, other)
    )
    error = np.sqrt(own + rest)
    if not error:
        return difference, difference, difference, float(difference == 0)
    freedom = error**4 / (own**2 / (len(outcome) - 1) + rest**2 / (len(other) - 1))
    half = float(t.ppf((1 + level) / 2, freedom)) * error
    p_value = float(2 * t.sf(abs(difference) / error, freedom))
    return difference, difference - half, difference + half, p_value


def _p_value(outcome: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    table = np.array([[each.sum(), (~each).sum()] for each in (outcome, other)])
    if not table.sum(axis=0).all():
        return 1.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    if expected.min() >= _LARGE:
        return float(chi2_contingency(table, correction=False).pvalue)
    return float(fisher_exact(table).pvalue)
