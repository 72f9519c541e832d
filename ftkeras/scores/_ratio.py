"""Division that says when it cannot, and truth as a number."""

from types import ModuleType
from typing import Any


def ratio(part: Any, whole: Any, xp: ModuleType, otherwise: float = float("nan")) -> Any:
    """Returns part / whole, and `otherwise` where the whole is 0."""
    is_zero = whole == 0
    return xp.where(is_zero, otherwise, part / xp.where(is_zero, xp.ones_like(whole), whole))


def indicator(condition: Any, like: Any, xp: ModuleType) -> Any:
    """Returns 1 where the condition holds, else 0, in the type of `like`: types never mix."""
    return xp.where(condition, xp.ones_like(like), xp.zeros_like(like))
