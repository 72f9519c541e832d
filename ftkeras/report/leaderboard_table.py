"""A comparison in the terminal."""

from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ftkeras.records.run_record import RunRecord
from ftkeras.report import _files, leaderboard_words, wording
from ftkeras.report.language import gettext as _
from ftkeras.report.language import of


def show(record: RunRecord, run_dir: Path, console: Console | None = None) -> None:
    """Prints who is first on each data set, the tables, the pairs, the files, and what is next.

    Args:
        record: A record with `analyses["leaderboards"]`.
        run_dir: Where its files lie.
        console: Where to; the standard output by default.
    """
    with of(record):
        _show(record, run_dir, console or Console())


def _show(record: RunRecord, run_dir: Path, console: Console) -> None:
    for board in record.analyses["leaderboards"]:
        console.print()
        console.print(Text(leaderboard_words.headline(board), style="bold"))
        console.print()
        console.print(_table(board))
        console.print(_pairs(board))
    if record.analyses["ranks"]:
        console.print()
        console.print(Text(leaderboard_words.ranks(record.analyses["ranks"]), style="bold"))
    console.print()
    files = [(_("Report"), run_dir / "report.html"), (_("Table"), run_dir / "leaderboard.csv")]
    console.print(_files.table(files))
    console.print()
    if any(board["disagreements"] for board in record.analyses["leaderboards"]):
        console.print(Text(_("Next"), style="bold"))
        step = _("Read in the report what only one of two models gets right.")
        console.print(Padding(step, (0, 0, 0, 2)))


def _table(board: dict[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("", _("Model"), wording.plain_name(board["headline"]), _("Cost")):
        table.add_column(heading, justify="left" if heading else "right", overflow="fold")
    for place, row in enumerate(board["rows"], 1):
        item = row["scores"][0]
        value = Text(wording.number(item["value"]))
        if item["low"] is not None:
            ends = wording.between(wording.number(item["low"]), wording.number(item["high"]))
            value.append(f"\n{ends}", style="dim")
        if spread := leaderboard_words.spread(row, board["headline"]):
            value.append(f"\n{spread}", style="dim")
        name = Text(row["name"], style="bold" if place == 1 else "")
        if row["tied_with_best"]:
            name.append("\n" + _("not told apart from the first"), style="not bold dim")
        table.add_row(str(place), name, value, leaderboard_words.cost(row))
    return table


def _pairs(board: dict[str, Any]) -> Table:
    table = Table(
        title=_("Pairs, on the same examples"), title_justify="left", title_style="bold",
        box=box.SIMPLE_HEAD, pad_edge=False, caption_justify="left",
        caption=_("p-values adjusted for the number of pairs (Holm)"),
    )  # fmt: skip
    for name in (_("Better"), _("Worse"), _("Difference"), _("p-value")):
        table.add_column(name, overflow="fold")
    for pair in board["pairs"]:
        table.add_row(
            pair["better"], pair["worse"],
            leaderboard_words.pair(pair, board["headline"]),
            wording.p_value(pair["adjusted_p_value"]).removeprefix("p ").removeprefix("= "),
        )  # fmt: skip
    return table
