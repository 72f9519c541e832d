"""Checks that several heads make of their arguments."""

from ftkeras.errors import UserError


def expect_rate(name: str, value: float) -> None:
    """Raises `UserError` unless the value is a rate in [0, 1)."""
    if not isinstance(value, int | float) or not 0 <= value < 1:
        raise UserError(f"Expected `{name}` in [0, 1). Received: {name}={value!r}.")


def expect_units(units: int) -> None:
    """Raises `UserError` unless the number of units is an integer of at least 1."""
    if not isinstance(units, int) or units < 1:
        raise UserError(f"Expected `units` to be an integer >= 1. Received: units={units!r}.")
