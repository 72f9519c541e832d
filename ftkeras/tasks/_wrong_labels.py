"""Labels that cannot be read, as a message names them."""

from collections.abc import Sequence

from ftkeras.contracts.task import Locations

_SHOWN = 5


def named(wrong: Sequence[tuple[int, str]], locations: Locations) -> str:
    """Returns the first labels with where they stand, and how many more there are.

    Args:
        wrong: Rows, and their labels as texts.
        locations: Where each row stands; `None` names rows by their numbers.

    Example:
        >>> named([(0, "x"), (3, "y")], None)
        'x (0), y (3)'
    """
    shown = [
        f"{label} ({row if locations is None else locations[row]})" for row, label in wrong[:_SHOWN]
    ]
    return ", ".join(shown) + (f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else "")
