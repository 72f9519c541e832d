"""Slices and suspected labels in words: for whom does it work, and which labels need a look?"""

from dataclasses import dataclass
from typing import Any

from ftkeras.report import wording
from ftkeras.report.answers import Answers
from ftkeras.report.language import gettext as _
from ftkeras.report.language import listed, ngettext, paragraph
from ftkeras.report.worst_errors import preview
from ftkeras.statistics.slices import permutations_of

_CHANCE = 0.05


@dataclass(frozen=True)
class SliceRow:
    """One slice in words.

    Args:
        name: The column and what it says.
        num_units: Examples in it.
        score: Its score.
        interval: `low to high`.
        difference: Score minus that of the rest, in points.
        difference_interval: `low to high`.
        p_value: Adjusted for the number of slices.
        differs: Whether it differs from the rest beyond chance.
        worse: Whether it is worse than the rest.
    """

    name: str
    num_units: int
    score: str
    interval: str
    difference: str
    difference_interval: str
    p_value: str
    differs: bool
    worse: bool


@dataclass(frozen=True)
class Suspect:
    """One label to check.

    Args:
        id: The example's id.
        part: The part it is in.
        text: What was read; empty for an image.
        image: A `data:image/...;base64,` thumbnail; empty for a text.
        given: Its label.
        suggested: The class the model would rather give it.
        confidence: Probability the model gives to its label.
    """

    id: str
    part: str
    text: str
    image: str
    given: str
    suggested: str
    confidence: float


def slice_rows(found: list[dict[str, Any]], score: str, direction: str = "max") -> list[SliceRow]:
    """Returns slices in words: those that differ beyond chance first, the worst of them first.

    Args:
        found: `differences` or `weak` of `analyses["slices"]` of a record.
        score: Name of the score.
        direction: Which way it is better, `"max"` or `"min"`.
    """
    sign = -1 if direction == "min" else 1
    rows = [_row(item, score, sign) for item in found]
    order = sorted(
        range(len(rows)), key=lambda k: (not rows[k].differs, sign * found[k]["difference"], k)
    )
    return [rows[k] for k in order]


def slices_sentence(found: dict[str, Any]) -> str:
    """Returns what the slices come to, in a sentence."""
    compared, score = found["num_compared"], wording.in_sentence(found["score"])
    if not compared:
        return _(
            "No slice has enough examples (30, and 30 that are not in it) to be compared with the "
            "rest."
        )
    differing = [one for one in found["differences"] if one["adjusted"] <= _CHANCE]
    sign = -1 if found.get("direction") == "min" else 1
    worse = sum(sign * one["difference"] < 0 for one in differing)
    overall = wording.amount(found["score"], found["overall"])
    if not differing:
        return _(
            "{compared} slices of the {units:,} test examples were compared with the rest of them: "
            "none differs from the overall {score} of {overall} by more than chance. That is no "
            "proof that all are alike; the intervals say how far they may be apart.",
            compared=compared,
            units=found["num_units"],
            score=score,
            overall=overall,
        )
    return ngettext(
        "{compared} slices of the {units:,} test examples were compared with the rest of them, the "
        "overall {score} being {overall}: {worse} is worse and {better} better by more than "
        "chance.",
        "{compared} slices of the {units:,} test examples were compared with the rest of them, the "
        "overall {score} being {overall}: {worse} are worse and {better} better by more than "
        "chance.",
        count=worse,
        compared=compared,
        units=found["num_units"],
        score=score,
        overall=overall,
        worse=worse or _("none"),
        better=len(differing) - worse or _("none"),
    )


def p_values_from(score: str, compared: int = 1) -> str:
    """Returns what the p-values of slices and groups are from, as it stands in a sentence.

    Args:
        score: What is compared.
        compared: How many slices or groups.

    Example:
        >>> p_values_from("accuracy"), p_values_from("mean_absolute_error")
        ("Fisher's exact test", '9,999 random permutations')
    """
    if wording.is_share(score):
        return _("Fisher's exact test")
    return _("{count} random permutations", count=wording.count(permutations_of(compared)))


def intervals(score: str, compared: int) -> str:
    """Returns how intervals of slices and p-values were made, as a sentence of the page.

    Args:
        score: What is compared.
        compared: How many slices.
    """
    if wording.is_share(score):
        return _(
            "Intervals: Wilson for a slice, Newcombe for a difference. p-values: Fisher's exact "
            "test, adjusted by Holm for all slices together; weak spots among themselves."
        )
    return _(
        "Intervals: Student's t for a slice, Welch's for a difference. p-values: {count} random "
        "permutations, which hold however skewed the numbers are, adjusted by Holm for all slices "
        "together; weak spots among themselves.",
        count=wording.count(permutations_of(compared)),
    )


def suspects(found: dict[str, Any], answers: dict[str, Answers]) -> list[Suspect]:
    """Returns the labels to check with what a person sees of them, the most suspicious first.

    Args:
        found: `analyses["label_noise"]` of a record.
        answers: Part -> answers of the model, for their previews.
    """
    asked = {one["id"] for one in found["suspects"]}
    rows = {
        part: {id_: row for row, id_ in enumerate(each.ids.tolist()) if id_ in asked}
        for part, each in answers.items()
    }
    shown = []
    for one in found["suspects"]:
        row = rows.get(one["part"], {}).get(one["id"])
        text, image = ("", "") if row is None else preview(answers[one["part"]], row)
        shown.append(
            Suspect(
                id=one["id"],
                part=one["part"],
                text=text,
                image=image,
                given=one["given"],
                suggested=one["suggested"],
                confidence=one["self_confidence"],
            )
        )
    return shown


def suspects_sentence(found: dict[str, Any]) -> str:
    """Returns how many labels are suspected, and what it would mean for the accuracy."""
    counted = listed(
        [
            _(
                "{suspects:,} of {units:,} {part} labels",
                suspects=one["num_suspects"],
                units=one["num_units"],
                part=_(part),
            )
            for part, one in found["parts"].items()
        ]
    )
    total = sum(one["num_suspects"] for one in found["parts"].values())
    if not total:
        return _("None of the labels is suspected ({counted}).", counted=counted)
    sentence = _(
        "Of {counted} the model is confident that they are wrong. It may be the model that is "
        "wrong: look at them.",
        counted=counted,
    )
    test = found["parts"].get("test")
    if test is None or not test["num_suspects"]:
        return sentence
    low, high = (wording.amount("accuracy", test[f"accuracy_{end}"]) for end in ("low", "high"))
    bounds = _(
        "Whichever of them are, accuracy on test, now {accuracy}, would be between {low} and "
        "{high}. Confident learning puts the share of wrong labels at {noise}.",
        accuracy=wording.amount("accuracy", test["accuracy"]),
        low=low,
        high=high,
        noise=wording.percent(round(test["noise"], 3)),
    )
    return paragraph(sentence, bounds)


def _row(item: dict[str, Any], score: str, sign: int) -> SliceRow:
    low, high = (wording.amount(score, item[end]) for end in ("low", "high"))
    return SliceRow(
        name=wording.shortened(wording.slice_name(item), 90),
        num_units=item["num_units"],
        score=wording.amount(score, item["score"]),
        interval=wording.between(low, high),
        difference=wording.change(score, item["difference"]),
        difference_interval=wording.change_between(
            score, item["difference_low"], item["difference_high"]
        ),
        p_value=wording.p_value(item["adjusted"]),
        differs=item["adjusted"] <= _CHANCE,
        worse=sign * item["difference"] < 0,
    )
