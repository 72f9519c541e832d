"""JSON Lines that are too large for memory, piece by piece."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ftkeras.data.bad_rows import BadRows
from ftkeras.data.sources import _text_table
from ftkeras.data.sources._large_text_table import Piece
from ftkeras.errors import UserError

Objects = Iterator[tuple[str, dict[str, Any]]]
"""Where each object stands (`reviews.jsonl, line 3`), and the object."""

_ROWS = 8192
_BLOCK = 1 << 20
# A table of ever new keys would grow with the square of the file.
_MOST_EMPTY = 50
_FEW_CELLS = 1_000_000


def has_more_lines(file: Path, lines: int) -> bool:
    """Returns whether a file has more than so many lines.

    Args:
        file: The file.
        lines: How many.
    """
    found = 0
    with file.open("rb") as content:
        while block := content.read(_BLOCK):
            found += block.count(b"\n")
            if found > lines:
                return True
    return False


def pieces(
    objects: Callable[[BadRows], Objects],
    name: str,
    text: str,
    label: str | list[str],
    bad: BadRows,
) -> Iterator[Piece]:
    """Yields the lines of a file, which is read twice: for its keys, and for its values.

    Args:
        objects: Reads the file from its beginning; bad lines go where it is told.
        name: What messages call the file.
        text: The key of the text.
        label: The key of the label, or several.
        bad: Where bad lines go.

    Raises:
        UserError: No line has these keys, or lines have ever other ones.
    """
    wanted = _text_table.wanted_labels(label)
    plain: dict[str, bool] = {}
    lines = given = 0
    for _, content in objects(BadRows("skip")):
        for key, value in content.items():
            plain[key] = plain.get(key, True) and not isinstance(value, list | dict)
        lines, given = lines + 1, given + len(content)
        check_filled(name, len(plain), lines, given)
    _text_table.check_columns(name, list(plain), "", text=text, **wanted)
    kept = [key for key, is_plain in plain.items() if is_plain or key in (text, *wanted.values())]
    found = objects(bad)
    while some := list(itertools.islice(found, _ROWS)):
        numbers = [int(location.rpartition(" ")[2]) for location, _ in some]
        columns = {key: [content.get(key) for _, content in some] for key in kept}
        yield Piece(name, 0, columns, numbers, unit="line")


def check_filled(file: str, keys: int, lines: int, given: int) -> None:
    """Raises `UserError` where lines have ever other keys.

    Args:
        file: What messages call the file.
        keys: How many different keys there are.
        lines: How many lines.
        given: How many values.
    """
    if keys * lines > _MOST_EMPTY * given + _FEW_CELLS:
        raise UserError(
            f"Expected lines with the same keys. Received: {file} with {keys:,} different "
            f"keys in {lines:,} lines, most of them missing from most lines. Put what "
            "differs from line to line under one key."
        )
