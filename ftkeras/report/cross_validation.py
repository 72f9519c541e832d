"""What a cross-validation found, fold by fold: rows, a picture, and the sentences beside them."""

from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ftkeras.records.run_record import Measurement, RunRecord
from ftkeras.report import score_table, wording
from ftkeras.report.fold_words import sentences
from ftkeras.report.language import gettext as _
from ftkeras.report.language import of
from ftkeras.report.plots import folds

__all__ = ["FoldPage", "FoldRow", "page", "sentences", "show"]

_SHOWN_ROWS = 10


@dataclass(frozen=True)
class FoldRow:
    """One held-out fold.

    Args:
        name: Which fold, and of which repeat if there are several.
        scores: Headline score of each model, in words.
        learning_rate: The one that validation chose.
        best_epoch: The epoch that validation chose.
    """

    name: str
    scores: tuple[str, ...]
    learning_rate: str
    best_epoch: str


@dataclass(frozen=True)
class FoldPage:
    """What the page shows of a cross-validation.

    Args:
        sentences: What was done and what it says, one thought each.
        models: Names of the models in plain words, in the order of each row's scores.
        rows: One row a fold.
        svg: The picture.
    """

    sentences: tuple[str, ...]
    models: tuple[str, ...]
    rows: tuple[FoldRow, ...]
    svg: str


def page(record: RunRecord) -> FoldPage | None:
    """Returns what the page shows; `None` when the run is no cross-validation.

    Args:
        record: The run's record.
    """
    found = record.analyses.get("cross_validation")
    if found is None:
        return None
    models = [name for name in score_table.models(record, "test") if name in found["fold_scores"]]
    return FoldPage(
        sentences=tuple(sentences(record)),
        models=tuple(map(score_table.name, models)),
        rows=tuple(_rows(found, models)),
        svg=folds.draw(
            record.task["headline"],
            {name: found["fold_scores"][name] for name in models[:2]},
            _headline(record),
        ),
    )


def show(record: RunRecord, console: Console | None = None) -> None:
    """Prints folds and sentences; the verdict and the scores follow in `terminal.summarize`.

    Args:
        record: The finished run.
        console: Where to; the standard output by default.
    """
    with of(record):
        content = page(record)
        if content is not None:
            _show(record, content, console or Console())


def _show(record: RunRecord, content: FoldPage, console: Console) -> None:
    table = Table(
        title=_("{score} on each held-out fold", score=wording.plain_name(record.task["headline"])),
        title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False,
    )  # fmt: skip
    table.add_column(Text(_("Fold")))
    for name in (*content.models, _("Learning rate"), _("Best epoch")):
        table.add_column(Text(name), justify="right")
    for row in content.rows[:_SHOWN_ROWS]:
        table.add_row(row.name, *row.scores, row.learning_rate, row.best_epoch)
    console.print()
    console.print(table)
    if len(content.rows) > _SHOWN_ROWS:
        left = len(content.rows) - _SHOWN_ROWS
        console.print("  " + _("and {count} more in the report", count=left), style="dim")
    for sentence in content.sentences:
        console.print(Padding(Text(sentence), (0, 0, 0, 2)))


def _rows(found: dict[str, Any], models: list[str]) -> list[FoldRow]:
    rows = []
    for repeat in range(found["repeats"]):
        for fold in range(found["folds"]):
            name = f"{fold + 1}" if found["repeats"] == 1 else f"{repeat + 1}.{fold + 1}"
            scores = [found["fold_scores"][model][repeat][fold] for model in models]
            epoch = found["best_epochs"][repeat][fold]
            rate = found["learning_rates"][repeat][fold]
            shown = tuple(wording.number(score) for score in scores)
            rows.append(FoldRow(name, shown, f"{rate:g}", str(epoch) if epoch else _("none")))
    return rows


def _headline(record: RunRecord) -> Measurement:
    headline = record.task["headline"]
    return next(item for item in record.measurements["test"]["model"] if item.score == headline)
