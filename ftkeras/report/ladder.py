"""The ladder: every baseline and the model by the headline score, each step a paired difference."""

from dataclasses import dataclass

from ftkeras.records.run_record import Comparison, RunRecord
from ftkeras.report import score_table, verdict, wording
from ftkeras.report.language import N_
from ftkeras.report.language import gettext as _

_STANDING = {
    "better": N_("better"),
    "worse": N_("worse"),
    "no_better": N_("no better"),
    "cannot_tell": N_("cannot tell"),
}


@dataclass(frozen=True)
class Rung:
    """One way to answer, in words.

    Args:
        name: Its name; the model itself is `"This model"`.
        value: The headline score on test.
        interval: Its interval.
        difference: Paired difference of the model to it; empty for the model.
        difference_interval: The interval of that.
        p_value: Adjusted for the number of comparisons (Holm).
        standing: What may be said of the model against it.
        is_model: Whether it is the model.
    """

    name: str
    value: str
    interval: str
    difference: str = ""
    difference_interval: str = ""
    p_value: str = ""
    standing: str = ""
    is_model: bool = False


def rungs(record: RunRecord) -> list[Rung]:
    """Returns the ways to answer, weakest first; empty without scores on test.

    Args:
        record: A run's record.
    """
    headline = record.task.get("headline", "")
    against = {item.other: item for item in record.comparisons if item.score == headline}
    found = []
    for model in score_table.models(record, "test"):
        item = next((m for m in record.measurements["test"][model] if m.score == headline), None)
        if item is None:
            continue
        cell = score_table.cell(item)
        name = score_table.name(model)
        if model == "model":
            found.append((item.value, Rung(name, cell.value, cell.interval, is_model=True)))
        else:
            steps = _step(against.get(model), item.direction)
            found.append((item.value, Rung(name, cell.value, cell.interval, *steps)))
        downwards = item.direction == "min"
    if not found:
        return []
    # An undefined value stands at the foot.
    order = sorted(
        found,
        key=lambda pair: (pair[0] is not None, (-1 if downwards else 1) * (pair[0] or 0.0)),
    )
    return [rung for _, rung in order]


def _step(item: Comparison | None, direction: str) -> tuple[str, str, str, str]:
    if item is None:
        return "", "", "", ""
    p_value = item.p_value if item.adjusted_p_value is None else item.adjusted_p_value
    return (
        wording.change(item.score, item.difference),
        wording.change_between(item.score, item.low, item.high, unit=False),
        wording.p_value(p_value),
        _(_STANDING[verdict.standing(item, direction)]),
    )
