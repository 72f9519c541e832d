"""Many comparisons at once: p-values that account for how many were made."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError


def holm(p_values: Sequence[float] | NDArray[Any]) -> NDArray[np.float64]:
    """Returns p-values adjusted by Holm's step-down rule, in the order given.

    With m of them sorted upwards, the adjusted k-th is max over j <= k of min(1, (m - j + 1) p_j).
    Rejecting those <= a keeps the probability of *any* false rejection at most a, whatever the
    dependence between the tests. Never smaller than what is given; a single one is unchanged.

    Args:
        p_values: `(comparisons,)` in [0, 1]; may be empty.

    Raises:
        UserError: A p-value is not a number from 0 to 1.

    Example:
        >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
        [0.03, 0.06, 0.06]

    References:
        Holm, 1979, Scandinavian Journal of Statistics 6. Checked against statsmodels.
    """
    p_values = _checked(p_values)
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(p_values), 0, -1)
    stepped = np.maximum.accumulate(factors * p_values[order])
    return _replaced(np.minimum(stepped, 1.0), order)


def benjamini_hochberg(p_values: Sequence[float] | NDArray[Any]) -> NDArray[np.float64]:
    """Returns p-values adjusted by Benjamini and Hochberg's step-up rule, in the order given.

    With m of them sorted upwards, the adjusted k-th is min over j >= k of min(1, m p_j / j).
    Rejecting those <= a keeps the expected *share* of false ones among the rejected at most a,
    where tests are independent or depend positively. Milder than Holm's; for screening, not for
    a claim.

    Args:
        p_values: `(comparisons,)` in [0, 1]; may be empty.

    Raises:
        UserError: A p-value is not a number from 0 to 1.

    Example:
        >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3).tolist()
        [0.03, 0.04, 0.04]

    References:
        Benjamini and Hochberg, 1995, JRSS B 57. Checked against statsmodels and SciPy.
    """
    p_values = _checked(p_values)
    order = np.argsort(p_values, kind="stable")
    stepped = len(p_values) / np.arange(1, len(p_values) + 1) * p_values[order]
    stepped = np.minimum.accumulate(stepped[::-1])[::-1]
    return _replaced(np.minimum(stepped, 1.0), order)


def _checked(p_values: Any) -> NDArray[np.float64]:
    values = np.asarray(p_values, "float64")
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise UserError(
            f"Expected `p_values` to be a list of numbers from 0 to 1. Received: "
            f"p_values={p_values!r}. Leave out comparisons without one."
        )
    return values


def _replaced(adjusted: NDArray[np.float64], order: NDArray[np.intp]) -> NDArray[np.float64]:
    found = np.empty_like(adjusted)
    found[order] = adjusted
    return found
