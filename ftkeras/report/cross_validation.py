"""What a cross-validation found, fold by fold and seed by seed, in words, rows and a picture."""

from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ftkeras.records.run_record import Measurement, RunRecord
from ftkeras.report import score_table, wording
from ftkeras.report.plots import folds

_SHOWN_ROWS = 10
_FACTORS = {
    "split": "which examples are in which fold",
    "initialisation": "initial weights",
    "order": "data order and dropout",
    "rest": "their combination",
}


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
        models=tuple("This model" if n == "model" else wording.plain_name(n) for n in models),
        rows=tuple(_rows(found, models)),
        svg=folds.draw(
            record.task["headline"],
            {name: found["fold_scores"][name] for name in models[:2]},
            _headline(record),
        ),
    )


def sentences(record: RunRecord) -> list[str]:
    """Returns what was done, what validation chose, and what seeds and repeats do."""
    found = record.analyses["cross_validation"]
    headline = record.task["headline"]
    times = f", {found['repeats']} times anew" if found["repeats"] > 1 else ""
    seconds = wording.duration(record.seconds.get("training", 0.0))
    heads = f"{wording.count(found['heads'])} head{'s' if found['heads'] > 1 else ''}"
    told = [
        f"{found['folds']} folds{times}: {heads} trained in {seconds}. Each example was answered "
        f"by a model that did not see {_unseen(record)}; validation parts inside the folds chose "
        "epoch and learning rate.",
        "Training parts of folds overlap, so the folds' spread alone would promise too much. The "
        "interval is Nadeau and Bengio's: as wide as the overlap asks for. It takes the shares of "
        "the classes as they are in these data.",
        *_chosen(found),
        *_ridge(found),
        *_decided(found, headline),
    ]
    if found["seeds"]:
        told += _seeds(found["seeds"], headline, found["repeats"])
    else:
        told.append(
            "How much of this is luck of the seed? --repeats=5 tells, and splits it into folds, "
            "initial weights and data order."
        )
    return told


def show(record: RunRecord, console: Console | None = None) -> None:
    """Prints folds and sentences; the verdict and the scores follow in `terminal.summarize`.

    Args:
        record: The finished run.
        console: Where to; the standard output by default.
    """
    console = console or Console()
    content = page(record)
    if content is None:
        return
    table = Table(
        title=f"{wording.plain_name(record.task['headline'])} on each held-out fold",
        title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False,
    )  # fmt: skip
    for name in ("Fold", *content.models, "Learning rate", "Best epoch"):
        table.add_column(Text(name), justify="left" if name == "Fold" else "right")
    for row in content.rows[:_SHOWN_ROWS]:
        table.add_row(row.name, *row.scores, row.learning_rate, row.best_epoch)
    console.print()
    console.print(table)
    if len(content.rows) > _SHOWN_ROWS:
        console.print(f"  and {len(content.rows) - _SHOWN_ROWS} more in the report", style="dim")
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
            rows.append(FoldRow(name, shown, f"{rate:g}", str(epoch) if epoch else "none"))
    return rows


def _unseen(record: RunRecord) -> str:
    kept = any(
        finding["check"] == "near_duplicates" and finding["action"].startswith("Nothing")
        for finding in record.data.get("findings", [])
    )
    return "it, though perhaps a near copy" if kept else "it or a near copy of it"


def _chosen(found: dict[str, Any]) -> list[str]:
    rates = [rate for repeat in found["learning_rates"] for rate in repeat]
    if len(set(rates)) == 1:
        return []
    counts = sorted({rate: rates.count(rate) for rate in rates}.items())
    listed = ", ".join(f"{rate:g} in {count}" for rate, count in counts)
    return [
        f"The learning rate was chosen anew inside each fold: {listed} of {len(rates)} folds. The "
        "score is that of the recipe with this choice in it, so it is not flattered by it."
    ]


def _decided(found: dict[str, Any], headline: str) -> list[str]:
    decided = found.get("decided")
    if not decided:
        return []
    what = " and ".join(filter(None, [decided["calibration"], decided["threshold"]]))
    told_of = (headline, "f1_score", "log_loss")
    changed = [
        each
        for each in decided["scores"]
        if each["before"] != each["after"] and each["score"].partition("(")[0] in told_of
    ]
    listed = "; ".join(
        f"{wording.in_sentence(each['score'])} {wording.number(each['before'])} to "
        f"{wording.number(each['after'])} (change {wording.number(each['low'])} to "
        f"{wording.number(each['high'])}, {wording.p_value(each['p_value'])})"
        for each in changed
    )
    told = f"Chosen on the validation part of each fold, {what} gives: {listed or 'no change'}."
    if decided["thresholds"]:
        low, high = min(decided["thresholds"]), max(decided["thresholds"])
        told += f" Thresholds go from {wording.number(low)} to {wording.number(high)}."
    return [told]


def _ridge(found: dict[str, Any]) -> list[str]:
    ridge = found.get("ridge")
    if not ridge:
        return []
    return [
        f"Without any training: ridge regression on the same features answers "
        f"{wording.amount('accuracy', ridge['accuracy'])} of the examples right, each one left out "
        "by formula (its penalty was chosen by the same errors)."
    ]


def _seeds(seeds: dict[str, Any], headline: str, repeats: int) -> list[str]:
    def size(value: float) -> str:
        # One digit more than scores have: what another repeat takes off is small.
        if wording.is_share(headline):
            return f"{wording.number(100 * value, 2)} points"
        return wording.number(value, 4)

    low, high = (
        wording.amount(headline, seeds["lowest"]),
        wording.amount(headline, seeds["highest"]),
    )
    told = [
        f"Between runs with other seeds the mean over folds goes from {low} to {high}, with a "
        f"standard deviation of {size(seeds['standard_deviation'])}."
    ]
    components = seeds.get("components")
    if components and sum(components.values()) > 0:
        total = sum(components.values())
        parts = ", ".join(
            f"{_FACTORS[name]} {wording.percent(round(value / total, 2))}"
            for name, value in sorted(components.items(), key=lambda item: -item[1])
        )
        told.append(
            f"Of its variance: {parts}. With {repeats} repeats these shares are rough. Seeds leave "
            f"a standard error of {size(seeds['seed_error'])} in the mean; one more repeat would "
            f"make that {size(seeds['seed_error_of_next'])}."
        )
    now, later = seeds["standard_error"], seeds["standard_error_of_next"]
    gain = 1 - later / now if now else 0.0
    told.append(
        f"The standard error in all is {size(now)}; one more repeat would take off "
        f"{wording.percent(round(gain, 3))} of it, and however many, it stays above "
        f"{size(seeds['standard_error_at_most_repeats'])}: the rest only more examples can buy."
    )
    return told


def _headline(record: RunRecord) -> Measurement:
    headline = record.task["headline"]
    return next(item for item in record.measurements["test"]["model"] if item.score == headline)
