"""What the checks of the data found, as a table in the terminal."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ftkeras.contracts.finding import Finding
from ftkeras.report import wording
from ftkeras.report.language import gettext as _
from ftkeras.report.language import ngettext, said

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
    parts = [_("{count:,} {part}", count=count, part=_(part)) for part, count in counts.items()]
    told = ngettext(
        "{count:,} example: {parts}.",
        "{count:,} examples: {parts}.",
        count=sum(counts.values()),
        parts=_(", ").join(parts),
    )
    console.print(Text(told))
    if not findings:
        console.print(_("Nothing was found."))
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("", _("Check"), _("Found"), _("What is done, or to do")):
        table.add_column(column, overflow="fold")
    for finding in findings:
        table.add_row(
            Text(_(finding.severity), style=_TONES[finding.severity]),
            Text(wording.plain_name(finding.check)),
            Text(said(finding.message)),
            Text(said(finding.action)),
        )
    console.print(table)
