"""A search for settings in the terminal."""

from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ftkeras.records.run_record import RunRecord
from ftkeras.report import _files, tuning_words, wording
from ftkeras.report.language import gettext as _
from ftkeras.report.language import of, said

_SHOWN = 10


def show(record: RunRecord, run_dir: Path, console: Console | None = None) -> None:
    """Prints the best trials, what the best score is worth, and where everything lies.

    Args:
        record: A record with `analyses["tuning"]`.
        run_dir: Where its files lie.
        console: Where to; the standard output by default.
    """
    with of(record):
        _show(record, run_dir, console or Console())


def _show(record: RunRecord, run_dir: Path, console: Console) -> None:
    found = record.analyses["tuning"]
    paths = sorted({path for row in found["trials"] for path in row["settings"]})
    table = Table(
        title=_(
            "Best trials by {score} on {judged_on}",
            score=wording.in_sentence(found["score"]),
            judged_on=said(found["judged_on"]),
        ),
        title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False,
    )  # fmt: skip
    table.add_column(_("Trial"), justify="right")
    table.add_column(wording.plain_name(found["score"]), justify="right")
    for path in paths:
        table.add_column(path, justify="right", overflow="fold")
    table.add_column(said(found["steps"]), justify="right")
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
    files = [
        (_("Report"), run_dir / "report.html"),
        (_("Winner"), run_dir / "winner"),
        (_("Replay"), record.command),
    ]
    console.print(_files.table(files))


def elsewhere(winner: int, place: str, console: Console | None = None) -> None:
    """Prints that another worker has the winner.

    Args:
        winner: Number of the trial.
        place: Host and directory of the other worker.
        console: Where to; the standard output by default.
    """
    (console or Console()).print(
        Text(
            _(
                "There are enough trials. Trial {winner} won; {place} fine-tunes and judges it, so "
                "the test part is not opened here.",
                winner=winner,
                place=place,
            )
        )
    )
