"""What nothing else beats both in quality and in cost."""

from collections.abc import Callable, Sequence
from typing import Any

Row = dict[str, Any]


def frontier(
    rows: Sequence[Row], quality: Callable[[Row], float], cost: Callable[[Row], float]
) -> list[Row]:
    """Returns the rows that no other beats in both, the cheapest first.

    Args:
        rows: Anything that has a quality and a cost.
        quality: Larger is better.
        cost: Smaller is better.
    """
    found: list[Row] = []
    for row in sorted(rows, key=lambda row: (cost(row), -quality(row))):
        if not found or quality(row) > quality(found[-1]):
            found.append(row)
    return found
