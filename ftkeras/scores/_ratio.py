"""Division that says when it cannot, and truth as a number."""

import math
from types import ModuleType
from typing import Any

import numpy as np


def ratio(part: Any, whole: Any, xp: ModuleType, otherwise: float = float("nan")) -> Any:
    """Returns part / whole, and `otherwise` where the whole is 0."""
    if math.isnan(otherwise) or otherwise == 0:
        # What is divided by NaN is NaN, by infinity 0: one selection instead of two.
        return part / xp.where(whole == 0, math.nan if otherwise else math.inf, whole)
    is_zero = whole == 0
    return xp.where(is_zero, otherwise, part / xp.where(is_zero, xp.ones_like(whole), whole))


def share(part: Any, whole: Any) -> Any:
    """Returns part / whole of a part that is 0 wherever the whole is: NaN there."""
    with np.errstate(invalid="ignore"):
        return part / whole


def indicator(condition: Any, like: Any, xp: ModuleType) -> Any:
    """Returns 1 where the condition holds, else 0, in the type of `like`: types never mix."""
    return xp.where(condition, xp.ones_like(like), xp.zeros_like(like))
