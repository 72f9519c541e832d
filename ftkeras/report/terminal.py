"""What a person sees in the terminal: progress while it runs, a summary at the end."""

from pathlib import Path

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ftkeras.records.run_record import RunRecord
from ftkeras.report import caveats, next_steps, score_table, verdict, wording
from ftkeras.report.progress import progress

__all__ = ["progress", "summarize"]

_TONES = {
    "works": ("✓", "bold green"),
    "no_better": ("=", "bold yellow"),
    "cannot_tell": ("?", "bold cyan"),
    "worse": ("✗", "bold red"),
    "not_judged": ("·", "bold"),
}


def summarize(record: RunRecord, run_dir: Path, console: Console | None = None) -> None:
    """Prints the verdict, the scores with intervals and baselines, the files, and what is next.

    Args:
        record: The finished run.
        run_dir: Where its files lie.
        console: Where to; the standard output by default.
    """
    console = console or Console()
    found = verdict.decide(
        record.measurements.get("test", {}), record.comparisons, record.task.get("headline", "")
    )
    sign, tone = _TONES[found.kind]
    console.print()
    console.print(Text(f"{sign} {found.title}", style=tone))
    console.print(Padding(Text(found.sentence), (0, 0, 0, 2)))
    for caveat in caveats.find(record):
        console.print(Padding(Text(f"! {caveat}", style="yellow"), (0, 0, 0, 2)))
    console.print()
    if score_table.score_rows(record, "test"):
        console.print(_table(record))
        console.print()
    console.print(_files(run_dir))
    console.print()
    console.print(Text("Next", style="bold"))
    for step in next_steps.suggest(record, found.kind):
        console.print(Padding(Text(step), (0, 0, 0, 2)))


def _table(record: RunRecord) -> Table:
    models = score_table.models(record, "test")
    level = next(
        (wording.percent(item.level) for item in record.measurements["test"][models[0]]), ""
    )
    table = Table(
        title=f"Scores on test, with {level} intervals", title_justify="left", title_style="bold",
        box=box.SIMPLE_HEAD, pad_edge=False,
    )  # fmt: skip
    table.add_column("Score")
    for model in models:
        own = model == "model"
        table.add_column(
            Text("This model" if own else wording.plain_name(model)),
            justify="right", style="bold" if own else "",
        )  # fmt: skip
    for row in score_table.score_rows(record, "test"):
        name = Text(row.name, style="bold" if row.headline else "")
        table.add_row(name, *(_cell(cell) for cell in row.cells))
    return table


def _cell(cell: score_table.Cell) -> Text:
    text = Text(cell.value)
    if cell.interval:
        text.append(f"\n{cell.interval}", style="not bold dim")
    return text


def _files(run_dir: Path) -> Table:
    """A list of what was written, of those files that are there."""
    files = (
        ("Report", "report.html"),
        ("Model", "model.keras"),
        ("Predictions", "predictions"),
        ("Replay", "run.flags"),
    )
    table = Table.grid(padding=(0, 2))
    for name, file in files:
        path = run_dir / file
        if path.exists():
            words = f"python -m ftkeras.run --flagfile={path}" if name == "Replay" else str(path)
            table.add_row(Text(name, style="bold"), Text(words, overflow="fold"))
    return table
