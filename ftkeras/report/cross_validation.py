"""What a cross-validation found, fold by fold and seed by seed, in words, rows and a picture."""

from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ftkeras.records.run_record import Measurement, RunRecord
from ftkeras.report import answer_kind, score_table, wording
from ftkeras.report.language import N_, listed, ngettext, of, paragraph
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import folds

_SHOWN_ROWS = 10
_FACTORS = {
    "split": N_("which examples are in which fold"),
    "initialisation": N_("initial weights"),
    "order": N_("data order and dropout"),
    "rest": N_("their combination"),
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
        models=tuple(map(score_table.name, models)),
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
    told = [
        paragraph(_trained(record), _unseen(record)),
        _overlap(record),
        *_chosen(found),
        *_ridge(found),
        *_decided(found, headline),
    ]
    if found["seeds"]:
        told += _seeds(found["seeds"], headline, found["repeats"])
    else:
        told.append(
            _(
                "How much of this is luck of the seed? {flag} tells, and splits it into folds, "
                "initial weights and data order.",
                flag="--repeats=5",
            )
        )
    return told


def _overlap(record: RunRecord) -> str:
    if answer_kind.of(record) == "classes":
        return _(
            "Training parts of folds overlap, so the folds' spread alone would promise too much. "
            "The interval is Nadeau and Bengio's: as wide as the overlap asks for. It takes the "
            "shares of the classes as they are in these data."
        )
    return _(
        "Training parts of folds overlap, so the folds' spread alone would promise too much. The "
        "interval is Nadeau and Bengio's: as wide as the overlap asks for. It takes the labels as "
        "they are spread in these data."
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


def _trained(record: RunRecord) -> str:
    found = record.analyses["cross_validation"]
    seconds = wording.duration(record.seconds.get("training", 0.0))
    if found["repeats"] > 1:
        return ngettext(
            "{folds} folds, {repeats} times anew: {count:,} head trained in {seconds}.",
            "{folds} folds, {repeats} times anew: {count:,} heads trained in {seconds}.",
            count=found["heads"],
            folds=found["folds"],
            repeats=found["repeats"],
            seconds=seconds,
        )
    return ngettext(
        "{folds} folds: {count:,} head trained in {seconds}.",
        "{folds} folds: {count:,} heads trained in {seconds}.",
        count=found["heads"],
        folds=found["folds"],
        seconds=seconds,
    )


def _unseen(record: RunRecord) -> str:
    kept = any(
        finding["check"] == "near_duplicates" and finding["action"].startswith("Nothing")
        for finding in record.data.get("findings", [])
    )
    if kept:
        return _(
            "Each example was answered by a model that did not see it, though perhaps a near copy; "
            "validation parts inside the folds chose epoch and learning rate."
        )
    return _(
        "Each example was answered by a model that did not see it or a near copy of it; validation "
        "parts inside the folds chose epoch and learning rate."
    )


def _chosen(found: dict[str, Any]) -> list[str]:
    rates = [rate for repeat in found["learning_rates"] for rate in repeat]
    if len(set(rates)) == 1:
        return []
    counts = sorted({rate: rates.count(rate) for rate in rates}.items())
    told = _(", ").join(_("{rate:g} in {count}", rate=rate, count=count) for rate, count in counts)
    return [
        _(
            "The learning rate was chosen anew inside each fold: {told} of {folds} folds. The "
            "score is that of the recipe with this choice in it, so it is not flattered by it.",
            told=told,
            folds=len(rates),
        )
    ]


def _decided(found: dict[str, Any], headline: str) -> list[str]:
    decided = found.get("decided")
    if not decided:
        return []
    what = listed(list(filter(None, [decided["calibration"], decided["threshold"]])))
    told_of = (headline, "f1_score", "log_loss")
    changed = [
        each
        for each in decided["scores"]
        if each["before"] != each["after"] and each["score"].partition("(")[0] in told_of
    ]
    changes = _("; ").join(
        _(
            "{score} {before} to {after} (change {low} to {high}, {p_value})",
            score=wording.in_sentence(each["score"]),
            before=wording.number(each["before"]),
            after=wording.number(each["after"]),
            low=wording.number(each["low"]),
            high=wording.number(each["high"]),
            p_value=wording.p_value(each["p_value"]),
        )
        for each in changed
    )
    told = _(
        "Chosen on the validation part of each fold, {what} gives: {changes}.",
        what=what,
        changes=changes or _("no change"),
    )
    if not decided["thresholds"]:
        return [told]
    low, high = min(decided["thresholds"]), max(decided["thresholds"])
    ends = {"low": wording.number(low), "high": wording.number(high)}
    return [paragraph(told, _("Thresholds go from {low} to {high}.", **ends))]


def _ridge(found: dict[str, Any]) -> list[str]:
    ridge = found.get("ridge")
    if not ridge:
        return []
    score = ridge.get("score", "accuracy")
    value = wording.amount(score, ridge.get("value", ridge.get("accuracy")))
    if score != "accuracy":
        return [
            _(
                "Without any training: the {score} of ridge regression on the same features is "
                "{value}, each example left out by formula (its penalty was chosen by the same "
                "errors).",
                score=wording.in_sentence(score),
                value=value,
            )
        ]
    return [
        _(
            "Without any training: ridge regression on the same features answers {accuracy} of the "
            "examples right, each one left out by formula (its penalty was chosen by the same "
            "errors).",
            accuracy=value,
        )
    ]


def _seeds(seeds: dict[str, Any], headline: str, repeats: int) -> list[str]:
    def size(value: float) -> str:
        # One digit more than scores have: what another repeat takes off is small.
        if wording.is_share(headline):
            return _("{number} points", number=wording.number(100 * value, 2))
        return wording.number(value, 4)

    told = [
        _(
            "Between runs with other seeds the mean over folds goes from {low} to {high}, with a "
            "standard deviation of {deviation}.",
            low=wording.amount(headline, seeds["lowest"]),
            high=wording.amount(headline, seeds["highest"]),
            deviation=size(seeds["standard_deviation"]),
        )
    ]
    components = seeds.get("components")
    if components and sum(components.values()) > 0:
        total = sum(components.values())
        parts = _(", ").join(
            f"{_(_FACTORS[name])} {wording.percent(round(value / total, 2))}"
            for name, value in sorted(components.items(), key=lambda item: -item[1])
        )
        told.append(
            _(
                "Of its variance: {parts}. With {repeats} repeats these shares are rough. Seeds "
                "leave a standard error of {error} in the mean; one more repeat would make that "
                "{next_error}.",
                parts=parts,
                repeats=repeats,
                error=size(seeds["seed_error"]),
                next_error=size(seeds["seed_error_of_next"]),
            )
        )
    now, later = seeds["standard_error"], seeds["standard_error_of_next"]
    told.append(
        _(
            "The standard error in all is {now}; one more repeat would take off {gain} of it, and "
            "however many, it stays above {least}: the rest only more examples can buy.",
            now=size(now),
            gain=wording.percent(round(1 - later / now if now else 0.0, 3)),
            least=size(seeds["standard_error_at_most_repeats"]),
        )
    )
    return told


def _headline(record: RunRecord) -> Measurement:
    headline = record.task["headline"]
    return next(item for item in record.measurements["test"]["model"] if item.score == headline)
