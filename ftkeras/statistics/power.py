"""What an experiment of some size can show: for planning, not for deciding."""

import math
from statistics import NormalDist

from ftkeras.records.run_record import Comparison


def smallest_visible(comparison: Comparison, power: float = 0.8) -> float:
    """Returns the smallest true difference that an experiment like this one usually shows.

    With `s` the standard error behind the interval, it is `(z_level + z_power) s`: a normal
    approximation, good for planning and not for deciding.

    Args:
        comparison: A paired difference with its interval.
        power: How often such a difference is to be seen, in (0, 1).
    """
    normal = NormalDist()
    reach = normal.inv_cdf(0.5 + comparison.level / 2)
    return (comparison.high - comparison.low) / 2 * (reach + normal.inv_cdf(power)) / reach


def units_needed(comparison: Comparison, difference: float, power: float = 0.8) -> int:
    """Returns about how many units would usually show a true difference of this size.

    Standard errors shrink with the square root of the units, so it is
    `units (smallest_visible / difference)^2`, rounded up to two digits.

    Args:
        comparison: A paired difference with its interval.
        difference: Size of the true difference, above 0.
        power: How often it is to be seen, in (0, 1).

    Example:
        >>> item = Comparison("accuracy", "tfidf", 0.03, -0.02, 0.08, 0.24, 0.95, 500, "paired")
        >>> units_needed(item, 0.03)
        2900
    """
    exact = comparison.num_units * (smallest_visible(comparison, power) / difference) ** 2
    unit = 10 ** max(len(str(math.ceil(exact))) - 2, 0)
    return math.ceil(exact / unit) * unit
