"""Rows that could not be used, on disk with their reasons, so that a person can mend them."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ftkeras.contracts.dataset import RejectedRow
from ftkeras.records import atomic

FILE = "quarantine.jsonl"
"""Name of the file in a run directory."""

# How sources word places; a name may hold anything, so it is read from the end.
_ROW = re.compile(r"(?P<file>.*), (?P<unit>row|line) (?P<row>\d+)(?: \(line \d+\))?", re.DOTALL)


def write(rejected: Sequence[RejectedRow], path: Path) -> None:
    r"""Writes one JSON object a row: file, row, column, reason, excerpt, location.

    `row` is counted as messages count it, and `null` where a file is one example. `column` is
    empty where the row as a whole is bad.

    Args:
        rejected: What a source left out.
        path: The file to write.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / FILE
        >>> row = RejectedRow("reviews.csv, row 7 (line 9)", "`text` is empty", "['', 1]", "text")
        >>> write([row], path)
        >>> [(found["file"], found["row"], found["column"]) for found in read(path)]
        [('reviews.csv', 7, 'text')]
    """
    with atomic.replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        for row in rejected:
            file.write(json.dumps(_entry(row), ensure_ascii=True) + "\n")


def read(path: Path) -> list[dict[str, Any]]:
    """Returns what `write` wrote, in its order."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _entry(row: RejectedRow) -> dict[str, Any]:
    place = _ROW.fullmatch(row.location)
    return {
        "file": place["file"] if place else row.location,
        "row": int(place["row"]) if place else None,
        "column": row.column,
        "reason": row.reason,
        "excerpt": row.content,
        "location": row.location,
    }
