"""Checks of the rules' arguments."""

import math

from ftkeras.errors import UserError


def expect_share(name: str, value: object) -> None:
    """Raises `UserError` unless `value` is a number in (0, 1]."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise UserError(f"Expected `{name}` to be a number in (0, 1]. Received: {name}={value!r}.")


def expect_price(name: str, value: object) -> None:
    """Raises `UserError` unless `value` is a finite number above 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise UserError(f"Expected `{name}` to be a number above 0. Received: {name}={value!r}.")
