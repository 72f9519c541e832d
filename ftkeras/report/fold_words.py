"""What a cross-validation did, what validation chose, and what seeds do, in sentences."""

from typing import Any

from ftkeras.records.run_record import RunRecord
from ftkeras.report import answer_kind, wording
from ftkeras.report.language import N_, listed, ngettext, paragraph
from ftkeras.report.language import gettext as _

_FACTORS = {
    "split": N_("which examples are in which fold"),
    "initialisation": N_("initial weights"),
    "order": N_("data order and dropout"),
    "rest": N_("their combination"),
}


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
