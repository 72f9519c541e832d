"""A ranking of backbones in the terminal."""

from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ftkeras.records.run_record import RunRecord
from ftkeras.report import ranking_words, wording

# Short, so that the table fits into 80 columns; the page has all words and intervals.
_HEADINGS = {
    "probe_accuracy": "Accuracy",
    "probe_log_loss": "Log loss",
    "nearest_neighbours": "kNN",
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
    console = console or Console()
    found = record.analyses["ranking"]
    console.print()
    console.print(Text(ranking_words.headline(found), style="bold"))
    for line in (ranking_words.fastest(found), *ranking_words.warnings(found)):
        if line:
            console.print(Padding(Text(f"! {line}", style="yellow"), (0, 0, 0, 2)))
    console.print(_table(found))
    for line in (*ranking_words.agreements(found), *ranking_words.halving(found)):
        console.print(Text(line))
    passes = record.passes
    console.print(
        f"Passes through frozen backbones: {passes['computed']:,} computed, "
        f"{passes['reused']:,} taken from the feature cache.",
        highlight=False,
    )
    console.print()
    console.print(Text(f"Report  {run_dir / 'report.html'}", overflow="fold"))
    console.print(Text(f"Table   {run_dir / 'ranking.csv'}", overflow="fold"))
    console.print()
    console.print(Text("Next", style="bold"))
    command = ranking_words.next_command(found, str(run_dir / "run.flags"))
    console.print(Padding(Text(command, overflow="fold"), (0, 0, 0, 2)))


def _table(found: dict[str, Any]) -> Table:
    shown = [
        score
        for score in ranking_words.SCORES
        if any(score in row["scores"] for row in found["candidates"])
    ]
    table = Table(
        title=f"Frozen features of {found['examples']:,} training examples, "
        f"{wording.percent(found['level'])} interval",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("")
    table.add_column("Candidate", overflow="fold", min_width=14)
    for score in shown:
        table.add_column(_HEADINGS[score], justify="right", no_wrap=True)
    table.add_column("A second", justify="right", no_wrap=True)
    table.add_column("Weights", justify="right", no_wrap=True)
    for place, row in enumerate(found["candidates"], 1):
        name = Text(row["name"], style="bold" if row["name"] == found["best"] else "")
        if not row["finished"]:
            name.append(f"\nleft out after {row['examples']:,}", style="not bold dim")
        cells = [_cell(score, row["scores"].get(score)) for score in shown]
        speed, size = f"{row['examples_per_second']:,.0f}", f"{row['parameters'] / 1e6:.1f} M"
        table.add_row(str(place), name, *cells, speed, size)
    return table


def _cell(score: str, ends: dict[str, float] | None) -> Text:
    if ends is None:
        return Text(ranking_words.value(score, None))
    text = Text(ranking_words.value(score, ends["value"]))
    if score != "probe_accuracy":
        return text
    low, high = (ranking_words.value(score, ends[end]) for end in ("low", "high"))
    text.append(f"\n{low} to\n{high}", style="dim")
    return text
