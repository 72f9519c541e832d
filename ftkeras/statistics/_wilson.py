"""An interval for a plain proportion."""

import numpy as np
from scipy.stats import norm


def wilson(successes: float, trials: float, level: float = 0.95) -> tuple[float, float]:
    """Returns Wilson's interval for a proportion, which holds its level even near 0 and 1.

    Args:
        successes: Number of successes.
        trials: Number of trials, at least 1.
        level: Confidence level.

    Example:
        >>> low, high = wilson(8, 10)
        >>> round(low, 4), round(high, 4)
        (0.4902, 0.9433)

    References:
        Wilson, 1927, JASA 22. Checked against statsmodels.
    """
    z = norm.ppf((1 + level) / 2)
    share = successes / trials
    centre = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    # At 0 and 1 the ends are exact; rounding must not push the interval off the value.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return float(low), float(high)
