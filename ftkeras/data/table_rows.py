"""Rows of numbers and categories, from whatever a table holds in its cells."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ftkeras.data import table

_LONGEST_CATEGORY = 1000


def number(cell: object) -> float | None:
    """Returns the number in a cell: `nan` where there is nothing, `None` where it is no number.

    Example:
        >>> number(" 3.5 "), number(""), number("many"), number(True)
        (3.5, nan, None, 1.0)
    """
    if table.is_missing(cell) or (isinstance(cell, str) and cell.strip().casefold() in ("", "nan")):
        return math.nan
    if isinstance(cell, str | int | float | np.number | np.bool_):
        try:
            found = float(cell)
        except (ValueError, OverflowError):
            return None
        return found if math.isfinite(found) else None
    return None


def category(cell: object) -> str | None:
    """Returns the category in a cell: empty where there is nothing, `None` where it is too long.

    Example:
        >>> category(" Bern "), category(None), category(3.0), category(True)
        ('Bern', '', '3', 'True')
    """
    if table.is_missing(cell):
        return ""
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        cell = int(cell)
    text = str(cell).strip().replace("\0", "")
    return text if len(text) <= _LONGEST_CATEGORY else None


def row(
    cells: Mapping[str, object], numbers: Sequence[str], categories: Sequence[str]
) -> tuple[dict[str, float | str], str, str]:
    """Returns a row as models take it, what is wrong with it, and in which column.

    Args:
        cells: Column -> cell.
        numbers: Columns of numbers.
        categories: Columns of categories.

    Example:
        >>> row({"age": "31", "city": "Bern", "name": "Anna"}, ["age"], ["city"])
        ({'age': 31.0, 'city': 'Bern'}, '', '')
    """
    found: dict[str, float | str] = {}
    for name in numbers:
        value = number(cells[name])
        if value is None:
            return {}, f"`{name}` is {str(cells[name])[:40]!r}, not a number", name
        found[name] = value
    for name in categories:
        text = category(cells[name])
        if text is None:
            return {}, f"`{name}` has more than {_LONGEST_CATEGORY} characters", name
        found[name] = text
    return found, "", ""


def kinds(rows: Sequence[Mapping[str, object]]) -> tuple[list[str], list[str]]:
    """Returns which columns hold numbers, and which categories: those with a text in them.

    Example:
        >>> kinds([{"age": 31, "city": None}, {"age": None, "city": "Bern"}])
        (['age'], ['city'])
    """
    columns = list(rows[0])
    texts = [name for name in columns if any(isinstance(row.get(name), str) for row in rows)]
    return [name for name in columns if name not in texts], texts
