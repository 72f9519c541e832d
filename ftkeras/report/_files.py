"""A list of files at the end of what the terminal says."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text


def table(files: Sequence[tuple[str, object]]) -> Table:
    """Returns a grid of names and paths or commands; long ones are folded and never cut."""
    grid = Table.grid(padding=(0, 2))
    for name, place in files:
        grid.add_row(Text(name, style="bold"), Text(str(place), overflow="fold"))
    return grid
