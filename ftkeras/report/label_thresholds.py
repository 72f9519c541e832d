"""One threshold a label in words."""

from typing import Any

from ftkeras.report import wording
from ftkeras.report.beliefs import Row, Section
from ftkeras.report.language import gettext as _
from ftkeras.report.language import ngettext, paragraph, said

_LONGEST = 40


def section(found: dict[str, Any]) -> Section:
    """Returns what is said of the thresholds, from `analyses["label_thresholds"]` of a record."""
    figure = said(found["figure"])
    sentences = [
        ngettext(
            "{count} label has a threshold of its own. The rule {rule} chose it on validation; it "
            "is locked into the saved model, and test had no say.",
            "{count} labels have a threshold of their own. The rule {rule} chose them on "
            "validation; they are locked into the saved model, and test had no say.",
            count=found["num_chosen"],
            rule=found["rule"],
        )
    ]
    kept = found["num_labels"] - found["num_chosen"]
    if kept:
        sentences.append(
            ngettext(
                "{count} label keeps 0.5: nothing on validation fulfilled the rule for it.",
                "{count} labels keep 0.5: nothing on validation fulfilled the rule for them.",
                count=kept,
            )
        )
    if found["scores"]:
        sentences.append(_change(found["scores"][0]))
    head = (
        _("Label"),
        _("Threshold"),
        _("{figure} on test", figure=figure),
        _("At 0.5"),
        _("To expect, from validation"),
    )
    return Section(tuple(sentences), head, tuple(map(_row, found["labels"])), _fine(found))


def _change(one: dict[str, Any]) -> str:
    score, change = one["at"]["score"], one["change"]
    return _(
        "Over all labels, {score} on test is {value} at the thresholds and {half} at 0.5; "
        "difference {difference} ({low} to {high}, {p_value}).",
        score=wording.in_sentence(score),
        value=wording.number(one["at"]["value"]),
        half=wording.number(one["half"]["value"]),
        difference=wording.change(score, change["difference"]),
        low=wording.change(score, change["low"]),
        high=wording.change(score, change["high"]),
        p_value=wording.p_value(change["adjusted_p_value"]),
    )


def _row(one: dict[str, Any]) -> Row:
    choice, outcome = one["choice"], one["outcome"]
    chosen = ("", "") if choice is None else _value(choice, "expected", "expected_")
    spread = "" if choice is None else _ends(choice, "")
    return Row(
        wording.shortened(one["label"], _LONGEST),
        (
            (wording.number(one["threshold"]), spread),
            _value(outcome, "value", ""),
            _value(outcome, "other", "other_"),
            chosen,
        ),
    )


def _value(item: dict[str, Any], name: str, prefix: str) -> tuple[str, str]:
    return wording.number(item[name]), _ends(item, prefix)


def _ends(item: dict[str, Any], prefix: str) -> str:
    low, high = item[f"{prefix}low"], item[f"{prefix}high"]
    if low is None or high is None:
        return ""
    return _("{low} to {high}", low=wording.number(low), high=wording.number(high))


def _fine(found: dict[str, Any]) -> str:
    level = wording.percent(found["level"])
    told = _(
        "Intervals on test hold for all labels together with {level} (Bonferroni), those of the "
        "threshold and of what to expect each by itself: of {count} such intervals some will miss.",
        level=level,
        count=found["num_chosen"],
    )
    changed = _("Differences over all labels are paired, their p-values adjusted by Holm.")
    return paragraph(told, changed)
