"""What the checks of the data found, as a table in the terminal."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ftkeras.contracts.finding import Finding
from ftkeras.report import wording

_TONES = {"error": "bold red", "warning": "yellow", "note": "dim"}


def show(
    findings: Sequence[Finding], counts: dict[str, int], console: Console | None = None
) -> None:
    """Prints a table of findings under a line that counts the examples.

    Args:
        findings: What was found, the most severe first.
        counts: Part -> examples.
        console: Where to; the standard output by default.

    Example:
        >>> show([], {"train": 70, "validation": 15, "test": 15})
        100 examples: 70 train, 15 validation, 15 test.
        Nothing was found.
    """
    console = console or Console()
    parts = ", ".join(f"{count:,} {part}" for part, count in counts.items())
    console.print(Text(f"{sum(counts.values()):,} examples: {parts}."))
    if not findings:
        console.print("Nothing was found.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("", "Check", "Found", "What is done, or to do"):
        table.add_column(column, overflow="fold")
    for finding in findings:
        table.add_row(
            Text(finding.severity, style=_TONES[finding.severity]),
            Text(wording.plain_name(finding.check)),
            Text(finding.message),
            Text(finding.action),
        )
    console.print(table)
