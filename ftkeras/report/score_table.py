"""The table of scores and the table of paired differences, as words in cells."""

import math
from dataclasses import dataclass

from ftkeras.records.run_record import Comparison, Measurement, RunRecord
from ftkeras.report import verdict, wording
from ftkeras.report.language import N_, said
from ftkeras.report.language import gettext as _

_BETTER = {"max": N_("higher is better"), "min": N_("lower is better"), "none": ""}
_STANDING = {
    "better": N_("better"),
    "worse": N_("worse"),
    "no_better": N_("no gain that matters"),
    "cannot_tell": N_("cannot tell"),
}


@dataclass(frozen=True)
class Cell:
    """One measured number in words.

    Args:
        value: The number, or a dash when it is undefined.
        interval: `low to high`, or empty.
        note: Why there is no value.
    """

    value: str
    interval: str
    note: str


@dataclass(frozen=True)
class ScoreRow:
    """One score of every model.

    Args:
        name: The score in plain words.
        better: Which direction is better, in words.
        headline: Whether the run is judged by this score.
        cells: One cell a model, in the order of `models`.
    """

    name: str
    better: str
    headline: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class DifferenceRow:
    """One paired difference in words.

    Args:
        score: The score in plain words.
        other: What the model is compared with, in plain words.
        difference: Signed difference, model minus other.
        interval: `low to high`.
        p_value: As in `p = 0.012`, and adjusted for the number of comparisons by this score.
        method: How interval and p-value were made.
        standing: What may be said of it.
        headline: Whether the run is judged by this score.
    """

    score: str
    other: str
    difference: str
    interval: str
    p_value: str
    method: str
    standing: str
    headline: bool


def models(record: RunRecord, part: str) -> list[str]:
    """Returns the measured models of a part: the model itself, then baselines, strongest first."""
    found = record.measurements.get(part, {})
    headline = record.task.get("headline", "")

    def weakness(name: str) -> tuple[float, str]:
        for item in found[name]:
            if item.score == headline and item.value is not None:
                return item.value if item.direction == "min" else -item.value, name
        return math.inf, name

    return sorted(found, key=lambda name: (name != "model", *weakness(name)))


def score_rows(record: RunRecord, part: str) -> list[ScoreRow]:
    """Returns one row a score of the model, the headline first."""
    found = record.measurements.get(part, {})
    by_model = {name: {item.score: item for item in found[name]} for name in models(record, part)}
    headline = record.task.get("headline", "")
    own = sorted(found.get("model", []), key=lambda item: item.score != headline)
    return [
        ScoreRow(
            wording.plain_name(item.score),
            better(item.direction),
            item.score == headline,
            tuple(cell(scores.get(item.score)) for scores in by_model.values()),
        )
        for item in own
    ]


def better(direction: str) -> str:
    """Returns which direction of a score is better, in words.

    Example:
        >>> better("min")
        'lower is better'
    """
    return _(_BETTER.get(direction, ""))


def name(model: str) -> str:
    """Returns what a table calls a model: `"model"` itself, or a baseline.

    Example:
        >>> name("model"), name("majority")
        ('This model', 'Majority class')
    """
    return _("This model") if model == "model" else wording.plain_name(model)


def cell(item: Measurement | None) -> Cell:
    """Returns a measurement in words."""
    if item is None:
        return Cell(wording.number(None), "", _("not measured"))
    interval = ""
    if item.low is not None and item.high is not None:
        interval = wording.between(wording.number(item.low), wording.number(item.high))
    note = said(item.note) if item.value is None else ""
    return Cell(wording.number(item.value), interval, note)


def difference_rows(record: RunRecord) -> list[DifferenceRow]:
    """Returns one row a paired difference on test, those of the headline first."""
    headline = record.task.get("headline", "")
    directions = {
        item.score: item.direction for item in record.measurements.get("test", {}).get("model", [])
    }
    ordered = sorted(record.comparisons, key=lambda item: item.score != headline)
    return [
        _difference_row(item, directions.get(item.score, "max"), item.score == headline)
        for item in ordered
    ]


def _difference_row(item: Comparison, direction: str, headline: bool) -> DifferenceRow:
    return DifferenceRow(
        score=wording.plain_name(item.score),
        other=wording.plain_name(item.other),
        difference=_signed(item.difference),
        interval=wording.between(_signed(item.low), _signed(item.high)),
        p_value=_p_values(item),
        method=said(item.method),
        standing=_(_STANDING[verdict.standing(item, direction)]),
        headline=headline,
    )


def _p_values(item: Comparison) -> str:
    if item.adjusted_p_value is None or item.adjusted_p_value == item.p_value:
        return wording.p_value(item.p_value)
    plain, adjusted = wording.p_value(item.p_value), wording.p_value(item.adjusted_p_value)
    if plain == adjusted:
        return plain
    adjusted = adjusted.removeprefix("p ").removeprefix("= ")
    return _("{p_value} (adjusted {adjusted})", p_value=plain, adjusted=adjusted)


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else ''}{wording.number(value)}"


def methods(record: RunRecord, part: str) -> list[str]:
    """Returns how the intervals of a part were made: each way once, in words."""
    items = [item for each in record.measurements.get(part, {}).values() for item in each]
    return sorted({said(item.method) for item in items if item.method and item.low is not None})


def notes(record: RunRecord, part: str) -> list[str]:
    """Returns what is to be said of the model's own defined scores, such as a bound on an error."""
    return [
        _("{score}: {note}", score=wording.plain_name(item.score), note=said(item.note))
        for item in record.measurements.get(part, {}).get("model", [])
        if item.note and item.value is not None
    ]
