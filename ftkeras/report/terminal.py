"""What a person sees in the terminal: progress while it runs, a summary at the end."""

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ftkeras.contracts.finding import Finding
from ftkeras.records.run_record import RunRecord
from ftkeras.report import (
    _files,
    caveats,
    ladder,
    next_steps,
    recipe_words,
    score_table,
    verdict,
    wording,
)
from ftkeras.report.language import N_, of, said
from ftkeras.report.language import gettext as _
from ftkeras.report.progress import progress

__all__ = ["print_verdict", "progress", "summarize", "warn"]

_FILES = {
    N_("Report"): "report.html",
    N_("Card"): "model_card.md",
    N_("Model"): "model.keras",
    N_("Predictions"): "predictions",
    N_("Replay"): "run.flags",
}
_NAME_WIDTH, _MODEL_WIDTH = 28, 17
_TONES = {
    "works": ("✓", "bold green"),
    "probe_is_enough": ("=", "bold yellow"),
    "overfits": ("✗", "bold red"),
    "harmful": ("✗", "bold red"),
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
    with of(record):
        found = verdict.of(record)
        _say(record, found, console)
        if score_table.score_rows(record, "test"):
            console.print(_table(record, console.width))
            console.print()
        _end(record, found, run_dir, console)


def warn(findings: Sequence[Finding], console: Console | None = None) -> None:
    """Prints each warning among findings on a line of its own.

    Args:
        findings: What was found in data.
        console: Where to; the standard output by default.
    """
    console = console or Console()
    for finding in findings:
        if finding.severity == "warning":
            console.print(Text(said(finding.warning)))


def print_verdict(
    record: RunRecord, found: verdict.Verdict, run_dir: Path, console: Console | None = None
) -> None:
    """Prints the verdict, the ladder it rests on, the files, and what is next.

    Args:
        record: The finished run.
        found: The verdict on it.
        run_dir: Where its files lie.
        console: Where to; the standard output by default.
    """
    console = console or Console()
    with of(record):
        _say(record, found, console)
        if rungs := ladder.rungs(record):
            console.print(_ladder(record, rungs))
            console.print()
        _end(record, found, run_dir, console)


def _say(record: RunRecord, found: verdict.Verdict, console: Console) -> None:
    sign, tone = _TONES[found.kind]
    console.print()
    console.print(Text(f"{sign} {found.title}", style=tone))
    console.print(Padding(Text(found.sentence), (0, 0, 0, 2)))
    for caveat in caveats.find(record):
        console.print(Padding(Text(f"! {caveat}", style="yellow"), (0, 0, 0, 2)))
    for sentence in recipe_words.said(record):
        console.print(Padding(Text(sentence, style="dim"), (0, 0, 0, 2)))
    console.print()


def _end(record: RunRecord, found: verdict.Verdict, run_dir: Path, console: Console) -> None:
    console.print(_files.table(_written(run_dir)))
    console.print()
    console.print(Text(_("Next"), style="bold"))
    for step in next_steps.suggest(record, found.kind):
        console.print(Padding(Text(step), (0, 0, 0, 2)))


def _ladder(record: RunRecord, rungs: list[ladder.Rung]) -> Table:
    table = Table(
        title=_(
            "{score} on test, weakest first", score=wording.plain_name(record.task["headline"])
        ),
        title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False,
        caption=_(
            "Model minus the other, paired; p-values adjusted for the number of comparisons"
        ),
        caption_justify="left",
    )  # fmt: skip
    for name in ("", _("Score"), _("This model is"), _("by"), _("p-value")):
        left = name in ("", _("This model is"))
        table.add_column(name, justify="left" if left else "right")
    for rung in rungs:
        table.add_row(
            Text(rung.name, style="bold" if rung.is_model else ""),
            _cell(score_table.Cell(rung.value, rung.interval, "")),
            rung.standing,
            _cell(score_table.Cell(rung.difference, rung.difference_interval, "")),
            rung.p_value.removeprefix("p = ").removeprefix("p "),
        )
    return table


def _table(record: RunRecord, width: int) -> Table:
    # The strongest ones that fit beside each other; the report has all.
    most = max(2, (width - _NAME_WIDTH) // _MODEL_WIDTH)
    models = score_table.models(record, "test")[:most]
    level = next(
        (wording.percent(item.level) for item in record.measurements["test"][models[0]]), ""
    )
    table = Table(
        title=_("Scores on test, with {level} intervals", level=level),
        title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False,
    )  # fmt: skip
    table.add_column(_("Score"))
    for model in models:
        own = model == "model"
        table.add_column(
            Text(score_table.name(model)), justify="right", style="bold" if own else "",
        )  # fmt: skip
    for row in score_table.score_rows(record, "test"):
        name = Text(row.name, style="bold" if row.headline else "")
        table.add_row(name, *(_cell(cell) for cell in row.cells[:most]))
    return table


def _cell(cell: score_table.Cell) -> Text:
    text = Text(cell.value)
    if cell.interval:
        text.append(f"\n{cell.interval}", style="not bold dim")
    return text


def _written(run_dir: Path) -> list[tuple[str, object]]:
    """What was written, of those files that are there."""
    found: list[tuple[str, object]] = []
    for name, file in _FILES.items():
        path = run_dir / file
        if path.exists():
            replay = f"python -m ftkeras.run --flagfile={path}"
            found.append((_(name), replay if file == "run.flags" else path))
    return found
