"""A search for settings in the terminal."""

from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ftkeras.records.run_record import RunRecord
from ftkeras.report import tuning_words, wording

_SHOWN = 10


def show(record: RunRecord, run_dir: Path, console: Console | None = None) -> None:
    """Prints the best trials, what the best score is worth, and where everything lies.

    Args:
        record: A record with `analyses["tuning"]`.
        run_dir: Where its files lie.
        console: Where to; the standard output by default.
    """
    console = console or Console()
    found = record.analyses["tuning"]
    paths = sorted({path for row in found["trials"] for path in row["settings"]})
    table = Table(
        title=f"Best trials by {wording.in_sentence(found['score'])} on {found['judged_on']}",
        title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False,
    )  # fmt: skip
    table.add_column("Trial", justify="right")
    table.add_column(wording.plain_name(found["score"]), justify="right")
    for path in paths:
        table.add_column(path, justify="right", overflow="fold")
    table.add_column(found["steps"], justify="right")
    for row in tuning_words.best_first(found)[:_SHOWN]:
        value = row["value"] if row["state"] == "complete" else None
        style = "bold" if row["number"] == found["winner"] else ""
        cells = [tuning_words.setting(row["settings"].get(path, "")) for path in paths]
        words = wording.amount(found["score"], value)
        table.add_row(str(row["number"]), words, *cells, str(row["epochs"]), style=style)
    console.print(table)
    for sentence in (
        tuning_words.counts(found), tuning_words.worth(found), tuning_words.stability(found),
    ):  # fmt: skip
        console.print(Text(sentence))
    console.print()
    console.print(Text(f"Report  {run_dir / 'report.html'}", overflow="fold"))
    console.print(Text(f"Winner  {run_dir / 'winner'}", overflow="fold"))
    console.print(Text(f"Replay  {record.command}", overflow="fold"))


def elsewhere(winner: int, place: str, console: Console | None = None) -> None:
    """Prints that another worker has the winner.

    Args:
        winner: Number of the trial.
        place: Host and directory of the other worker.
        console: Where to; the standard output by default.
    """
    (console or Console()).print(
        Text(
            f"There are enough trials. Trial {winner} won; {place} fine-tunes and judges it, so "
            "the test part is not opened here."
        )
    )
