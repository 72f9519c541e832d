"""Thresholds, calibration and prediction sets in words: may its probabilities be believed?"""

from dataclasses import dataclass
from typing import Any

from ftkeras.report import wording
from ftkeras.report.language import N_, paragraph, said
from ftkeras.report.language import gettext as _

_METHODS = {"least_ambiguous": N_("smallest sets"), "adaptive": N_("adaptive")}
_CHANCE = 0.05


@dataclass(frozen=True)
class Row:
    """A row of a table in words.

    Args:
        name: What the row is about.
        cells: The other cells; each a value and what stands small below it.
    """

    name: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Section:
    """What a section says.

    Args:
        sentences: Plain sentences, the most important first.
        head: Names of the columns of `rows`.
        rows: A table.
        fine: How it was found.
    """

    sentences: tuple[str, ...]
    head: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    fine: str = ""


def threshold(found: dict[str, Any]) -> Section:
    """Returns what is said of a chosen threshold, from `analyses["threshold"]` of a record."""
    at, figure = wording.number(found["threshold"]), _figure(found)
    choice, outcome = found["choice"], found["outcome"]
    sentences = [
        _(
            "“{positive}” is answered when its probability is above {threshold}. The rule {rule} "
            "chose this on validation; it is locked into the saved model, and test had no say.",
            positive=wording.shortened(found["positive"], 40),
            threshold=at,
            rule=found["rule"],
        )
    ]
    if choice is not None:
        sentences.append(_chosen(choice, figure))
    sentences.append(
        _(
            "On test: {figure} {value} ({interval}), against {other} at 0.5; difference "
            "{difference} ({difference_interval}). The two thresholds decide {changed:,} of "
            "{units:,} examples differently.",
            figure=figure,
            value=wording.number(outcome["value"]),
            interval=_between(outcome, ""),
            other=wording.number(outcome["other"]),
            difference=_signed(outcome["difference"]),
            difference_interval=_between(outcome, "difference_", signed=True),
            changed=outcome["changed"],
            units=outcome["num_units"],
        )
    )
    rows = tuple(
        Row(wording.plain_name(one["at"]["score"]), (_measured(one["at"]), _measured(one["half"])))
        for one in found["scores"]
    )
    methods = [said(each["method"]) for each in (choice, outcome) if each is not None]
    fine = _("Intervals of {figure}: {methods}.", figure=figure, methods=_("; ").join(methods))
    head = (_("Score on test"), _("At {threshold}", threshold=at), _("At 0.5"))
    return Section(tuple(sentences), head, rows, fine)


def _figure(found: dict[str, Any]) -> str:
    """What a rule looks at: a score by its name in lower case, or words of its own."""
    return said(found["figure"])


def _chosen(choice: dict[str, Any], figure: str) -> str:
    others = _(
        "Other samples of {units:,} examples would have chosen {interval}.",
        units=choice["num_units"],
        interval=_between(choice, ""),
    )
    unmet = choice["unmet"] and _(
        "In {share} of the resamples no threshold fulfilled the rule.",
        share=wording.percent(round(choice["unmet"], 3)),
    )
    expected = _(
        "On validation the threshold gives {figure} {value}; {optimism} of that is due to the "
        "choosing, so expect {expected} ({interval}).",
        figure=figure,
        value=wording.number(choice["value"]),
        optimism=wording.number(abs(choice["optimism"])),
        expected=wording.number(choice["expected"]),
        interval=_between(choice, "expected_"),
    )
    return paragraph(others, unmet or "", expected)


def calibration(found: dict[str, Any]) -> Section:
    """Returns what is said of probabilities, from `analyses["calibration"]` of a record."""
    before, after = found["before"], found["after"]
    sentences = [_gap(before)]
    if after is None and before["p_value"] < _CHANCE:
        sentences.append(
            _("{flag} corrects that on validation; see --help.", flag="--calibration=temperature")
        )
    rows: tuple[Row, ...] = ()
    if after is not None:
        sentences.append(
            _(
                "A calibration ({method}), fitted on {units:,} validation examples, is saved with "
                "the model. After it the error is {value}, and by chance alone it would be "
                "{by_chance} ({p_value}).",
                method=wording.plain_name(found["method"]),
                units=found["num_units"],
                value=wording.number(after["value"]),
                by_chance=wording.number(after["by_chance"]),
                p_value=wording.p_value(after["p_value"]),
            )
        )
        rows = tuple(
            Row(
                wording.plain_name(one["before"]["score"]),
                (
                    _measured(one["before"]),
                    _measured(one["after"]),
                    (
                        _signed(one["change"]["difference"]),
                        _between(one["change"], "", signed=True),
                    ),
                    (wording.p_value(one["change"]["p_value"]), ""),
                ),
            )
            for one in found["scores"]
        )
    fine = _(
        "The expected calibration error is the mean distance between what is said and what is seen "
        "in {bins} bins. It is never 0, even for a perfect model, which is why it is compared with "
        "{method}.",
        bins=before["num_bins"],
        method=said(before["method"]),
    )
    head = (_("Score on test"), _("Before"), _("After"), _("Change"), _("p-value"))
    return Section(tuple(sentences), head, rows, fine)


def sets(found: list[dict[str, Any]]) -> Section:
    """Returns what is said of prediction sets, from `analyses["conformal"]` of a record."""
    first = found[0]
    rows = tuple(
        Row(
            _(
                "{promised}, {method}",
                promised=wording.percent(one["promised"]),
                method=_(_METHODS.get(one["method"], one["method"])),
            ),
            (
                _share(one["coverage"]),
                (wording.number(one["mean_size"], 2), _sizes(one["sizes"])),
                (_percent(one["single_accuracy"]), ""),
            ),
        )
        for one in _told_apart(found)
    )
    sentences = (
        _(
            "Instead of one class the model can name a set that holds the true class as often as "
            "is promised. It was calibrated on {calibration:,} validation examples and checked on "
            "{checked:,} of test.",
            calibration=first["num_calibration"],
            checked=first["coverage"]["num_units"],
        ),
        _(
            "Validation also chose the epoch, so the promise is approximate; and the luck of "
            "drawing these validation examples alone lets the true coverage of a promised "
            "{promised} lie between {low} and {high}.",
            promised=wording.percent(first["promised"]),
            low=_percent(first["promised_low"]),
            high=_percent(first["promised_high"]),
        ),
    )
    head = (
        _("Promised"),
        _("Covered on test"),
        _("Classes a set"),
        _("Right when it is one class"),
    )
    fine = _("Split conformal prediction. Intervals: Wilson.")
    return Section(sentences, head, rows, fine)


def sets_by_class(found: list[dict[str, Any]], class_names: list[str]) -> list[Row]:
    """Returns how often the set of each class's examples holds it, the least covered first."""
    narrow = [one for one in found if one["promised"] == found[0]["promised"]]
    covered = [item["value"] for item in narrow[0]["classes"]]
    order = sorted(
        range(len(class_names)), key=lambda k: (covered[k] is None, covered[k] or 0.0, k)
    )
    return [
        Row(
            wording.shortened(class_names[k], 60),
            tuple(_share(one["classes"][k]) for one in narrow),
        )
        for k in order
    ]


def _gap(gap: dict[str, Any]) -> str:
    if gap["p_value"] >= _CHANCE:
        template = _(
            "The model may be taken at its word as far as test can tell: expected calibration "
            "error {value}, and a perfectly calibrated model shows {by_chance} on {units:,} "
            "examples by chance, and stays below {high} in {level} of cases ({p_value})."
        )
    else:
        template = _(
            "Its probabilities are off by more than chance: expected calibration error {value}, "
            "but a perfectly calibrated model shows {by_chance} on {units:,} examples by chance, "
            "and stays below {high} in {level} of cases ({p_value})."
        )
    return template.format(
        value=wording.number(gap["value"]),
        by_chance=wording.number(gap["by_chance"]),
        units=gap["num_units"],
        high=wording.number(gap["by_chance_high"]),
        level=wording.percent(gap["level"]),
        p_value=wording.p_value(gap["p_value"]),
    )


def _measured(item: dict[str, Any]) -> tuple[str, str]:
    if item["value"] is None:
        return wording.number(None), said(item["note"])
    return wording.number(item["value"]), _between(item, "")


def _between(item: dict[str, Any], prefix: str, signed: bool = False) -> str:
    low, high = item[f"{prefix}low"], item[f"{prefix}high"]
    if low is None or high is None:
        return ""
    show = _signed if signed else wording.number
    return wording.between(show(low), show(high))


def _signed(value: float | None) -> str:
    sign = "+" if value is not None and value >= 0 else ""
    return f"{sign}{wording.number(value)}"


def _share(item: dict[str, Any]) -> tuple[str, str]:
    if item["value"] is None:
        return wording.number(None), _("no examples")
    return _percent(item["value"]), wording.between(_percent(item["low"]), _percent(item["high"]))


def _percent(share: float | None) -> str:
    return wording.number(None) if share is None else f"{wording.number(100 * share, 1)}%"


def _told_apart(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the sets without those that equal an earlier kind (as they may with two classes)."""
    seen: list[Any] = []
    kept = []
    for one in found:
        what = (one["promised"], one["mean_size"], one["sizes"], one["coverage"])
        if what not in seen:
            kept.append(one)
        seen.append(what)
    return kept


def _sizes(sizes: list[float]) -> str:
    single = _percent(sizes[1] if len(sizes) > 1 else 0.0)
    if sizes[0]:
        return _("{empty} empty, {single} of one", empty=_percent(sizes[0]), single=single)
    return _("{single} of one", single=single)
