"""A ranking of backbones in the terminal."""

from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ftkeras.contracts.memory_use import MemoryUse
from ftkeras.records.run_record import RunRecord
from ftkeras.report import _files, ranking_words, wording
from ftkeras.report.language import N_, of
from ftkeras.report.language import gettext as _

# Short, so that the table fits into 80 columns; the page has all words and intervals.
_HEADINGS = {
    "probe_accuracy": N_("Accuracy"),
    "probe_ranking_precision": N_("Precision"),
    "probe_r2": "R²",
    "probe_log_loss": N_("Log loss"),
    "nearest_neighbours": "kNN",
    "nearest_neighbours_precision": "kNN",
    "nearest_neighbours_r2": "kNN",
    "log_me": "LogME",
    "h_score": "H-score",
    "leep": "LEEP",
}


def show(record: RunRecord, run_dir: Path, console: Console | None = None) -> None:
    """Prints who is best, the table with costs, the ties, how far to trust it, and what is next.

    Args:
        record: A record with `analyses["ranking"]`.
        run_dir: Where its files lie.
        console: Where to; the standard output by default.
    """
    with of(record):
        _show(record, run_dir, console or Console())


def _show(record: RunRecord, run_dir: Path, console: Console) -> None:
    found = record.analyses["ranking"]
    console.print()
    console.print(Text(ranking_words.headline(found), style="bold"))
    for line in (ranking_words.fastest(found), *ranking_words.warnings(found)):
        if line:
            console.print(Padding(Text(f"! {line}", style="yellow"), (0, 0, 0, 2)))
    console.print(_table(found))
    for line in ranking_words.memory(found):
        console.print(Text(line))
    if found.get("left_out"):
        console.print(Text(ranking_words.cheap(found)))
    for line in (*ranking_words.agreements(found), *ranking_words.halving(found)):
        console.print(Text(line))
    passes = record.passes
    told = _(
        "Passes through frozen backbones: {computed:,} computed, {reused:,} taken from the feature "
        "cache.",
        computed=passes["computed"],
        reused=passes["reused"],
    )
    console.print(told, highlight=False)
    console.print()
    console.print(
        _files.table(
            [(_("Report"), run_dir / "report.html"), (_("Table"), run_dir / "ranking.csv")]
        )
    )
    console.print()
    console.print(Text(_("Next"), style="bold"))
    command = ranking_words.next_command(found, str(run_dir / "run.flags"))
    console.print(Padding(Text(command, overflow="fold"), (0, 0, 0, 2)))


def _table(found: dict[str, Any]) -> Table:
    shown = [
        score
        for score in ranking_words.SCORES
        if any(score in row["scores"] for row in found["candidates"])
    ]
    table = Table(
        title=_(
            "Frozen features of {examples:,} training examples, {level} interval",
            examples=found["examples"],
            level=wording.percent(found["level"]),
        ),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("")
    table.add_column(_("Candidate"), overflow="fold", min_width=10)
    for score in shown:
        table.add_column(_(_HEADINGS[score]), justify="right", no_wrap=True)
    table.add_column(_("A second"), justify="right", no_wrap=True)
    table.add_column(_("Size,\nmemory\n(MiB)"), justify="right", no_wrap=True)
    for place, row in enumerate(found["candidates"], 1):
        name = Text(row["name"], style="bold" if row["name"] == found["best"] else "")
        if not row["finished"]:
            left_out = _("left out after {examples:,}", examples=row["examples"])
            name.append(f"\n{left_out}", style="not bold dim")
        cells = [_cell(score, row["scores"].get(score)) for score in shown]
        speed, size = f"{row['examples_per_second']:,.0f}", Text(f"{row['parameters'] / 1e6:.1f} M")
        if row["kind"] != "floor":
            size.append(f"\n{_mebibytes(ranking_words.memory_of(row))}", style="dim")
        table.add_row(str(place), name, *cells, speed, size)
    return table


def _mebibytes(use: MemoryUse | None) -> str:
    count = None if use is None else use.answering_bytes
    return "\N{EN DASH}" if count is None else f"{count / 2**20:,.0f}"


def _cell(score: str, ends: dict[str, float] | None) -> Text:
    if ends is None:
        return Text(ranking_words.value(score, None))
    text = Text(ranking_words.value(score, ends["value"]))
    if score not in ranking_words.SHOWN:
        return text
    low, high = (ranking_words.value(score, ends[end]) for end in ("low", "high"))
    text.append("\n" + _("{low} to\n{high}", low=low, high=high), style="dim")
    return text
