"""The sentences of a verdict: each kind says what it rests on."""

from ftkeras.records.run_record import Comparison, Measurement
from ftkeras.report import wording
from ftkeras.report.language import gettext as _
from ftkeras.report.language import paragraph
from ftkeras.statistics import power


def clause(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".。")


def measured(score: Measurement) -> str:
    name, value = wording.plain_name(score.score), wording.amount(score.score, score.value)
    units = wording.count(score.num_units)
    if score.low is None or score.high is None:
        return _(
            "{score} is {value} on {units} test examples.", score=name, value=value, units=units
        )
    return _(
        "{score} is {value} ({level} interval {low} to {high}) on {units} test examples.",
        score=name,
        value=value,
        level=wording.percent(score.level),
        low=wording.amount(score.score, score.low),
        high=wording.amount(score.score, score.high),
        units=units,
    )


def _difference(item: Comparison) -> str:
    return _(
        "{level} interval of the difference {interval}, {p_value}",
        level=wording.percent(item.level),
        interval=wording.change_between(item.score, item.low, item.high),
        p_value=wording.p_value(item.p_value),
    )


def _change(score: Measurement, value: float) -> str:
    return wording.change(score.score, abs(value), signed=False)


def _works(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    if score.direction == "min":
        several = _("That is {gain} below the strongest baseline, {other} ({difference}).")
        one = _("That is {gain} below the baseline, {other} ({difference}).")
    else:
        several = _("That is {gain} above the strongest baseline, {other} ({difference}).")
        one = _("That is {gain} above the baseline, {other} ({difference}).")
    told = (several if count > 1 else one).format(
        gain=_change(score, rival.difference),
        other=wording.in_sentence(rival.other),
        difference=_difference(rival),
    )
    return paragraph(measured(score), told)


def _worse(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    told = _(
        "The baseline {other} does better by {loss} ({difference}): as it stands, use the "
        "baseline.",
        loss=_change(score, rival.difference),
        other=wording.in_sentence(rival.other),
        difference=_difference(rival),
    )
    return paragraph(measured(score), told)


def _no_better(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    told = _(
        "Against {other} the difference is {change} ({difference}): a gain of {worth} or more is "
        "ruled out at this level.",
        other=wording.in_sentence(rival.other),
        worth=_change(score, margin),
        change=wording.change(score.score, rival.difference),
        difference=_difference(rival),
    )
    return paragraph(measured(score), told)


def _cannot_tell(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    size = max(abs(rival.difference), margin)
    open_ = _(
        "Whether it beats {other} stays open: the difference is {change} ({difference}).",
        other=wording.in_sentence(rival.other),
        change=wording.change(score.score, rival.difference),
        difference=_difference(rival),
    )
    needed = _(
        "With {units} examples, a true difference below about {visible} would often go unseen; to "
        "show one of {size}, about {needed} would be needed.",
        units=wording.count(rival.num_units),
        visible=_change(score, power.smallest_visible(rival)),
        size=_change(score, size),
        needed=wording.count(power.units_needed(rival, size)),
    )
    return paragraph(measured(score), open_, needed)


def _harmful(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    told = _(
        "The same backbone left as it was, with {other}, does better by {loss} ({difference}): "
        "training its weights did harm.",
        loss=_change(score, rival.difference),
        other=wording.in_sentence(rival.other),
        difference=_difference(rival),
    )
    return paragraph(measured(score), told)


def _probe_is_enough(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    against = _(
        "It beats every baseline, but so does the backbone left frozen: against {other} the "
        "difference is {change} ({difference}).",
        other=wording.in_sentence(rival.other),
        change=wording.change(score.score, rival.difference),
        difference=_difference(rival),
    )
    ruled_out = _(
        "A gain of {worth} or more from training the backbone's weights is ruled out at this "
        "level.",
        worth=_change(score, margin),
    )
    return paragraph(measured(score), against, ruled_out)


SENTENCES = {
    "works": _works,
    "worse": _worse,
    "no_better": _no_better,
    "cannot_tell": _cannot_tell,
    "harmful": _harmful,
    "probe_is_enough": _probe_is_enough,
}


def overfits(sentence: str, score: Measurement, train: float) -> str:
    """Returns a verdict's sentence with the reason: what it reached on what it was trained on."""
    told = _(
        "On the examples it was trained on it reached {train}: it learnt them by heart.",
        train=wording.amount(score.score, train),
    )
    return paragraph(sentence, told)


def unsettled(rival: Comparison) -> str:
    """Returns what to add where it works, but training the backbone may not have been needed."""
    return _(
        "Whether training the backbone's weights was worth it stays open: against {other} the "
        "difference is {change} ({difference}).",
        other=wording.in_sentence(rival.other),
        change=wording.change(rival.score, rival.difference),
        difference=_difference(rival),
    )
