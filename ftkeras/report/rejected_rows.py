"""Rows that a source left out, as a table in the terminal."""

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ftkeras.contracts.dataset import RejectedRow

_SHOWN = 20


def show(
    rejected: Sequence[RejectedRow], written: Path | None = None, console: Console | None = None
) -> None:
    """Prints where each row stands, what is wrong with it, and how it begins.

    Args:
        rejected: The rows; the first 20 are shown.
        written: The file that holds all of them, if there is one.
        console: Where to; the standard output by default.

    Example:
        >>> show([RejectedRow("reviews.csv, row 7", "`text` is empty", "['', 1]", "text")])
        1 row left out:
        ...
    """
    if not rejected:
        return
    console = console or Console()
    console.print(Text(f"{len(rejected):,} row{'s' if len(rejected) > 1 else ''} left out:"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("Where", "What is wrong", "The row"):
        table.add_column(column, overflow="fold")
    for row in rejected[:_SHOWN]:
        table.add_row(Text(row.location), Text(row.reason), Text(repr(row.content)[:100]))
    console.print(table)
    if len(rejected) > _SHOWN:
        console.print(Text(f"and {len(rejected) - _SHOWN:,} more."))
    if written is not None:
        console.print(Text(f"All of them, with the reasons: {written}"))
