"""The sentences of a verdict: each kind says what it rests on."""

from ftkeras.records.run_record import Comparison, Measurement
from ftkeras.report import wording
from ftkeras.statistics import power


def clause(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")


def measured(score: Measurement) -> str:
    value = wording.amount(score.score, score.value)
    interval = ""
    if score.low is not None and score.high is not None:
        low, high = wording.amount(score.score, score.low), wording.amount(score.score, score.high)
        interval = f" ({wording.percent(score.level)} interval {low} to {high})"
    units = wording.count(score.num_units)
    return f"{wording.plain_name(score.score)} is {value}{interval} on {units} test examples."


def _difference(item: Comparison) -> str:
    low = wording.change(item.score, item.low).removesuffix(" points")
    high = wording.change(item.score, item.high)
    return (
        f"{wording.percent(item.level)} interval of the difference {low} to {high}, "
        f"{wording.p_value(item.p_value)}"
    )


def _works(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    gain = wording.change(score.score, abs(rival.difference), signed=False)
    side = "below" if score.direction == "min" else "above"
    which = "the strongest baseline, " if count > 1 else "the baseline, "
    other = wording.in_sentence(rival.other)
    return f"{measured(score)} That is {gain} {side} {which}{other} ({_difference(rival)})."


def _worse(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    loss = wording.change(score.score, abs(rival.difference), signed=False)
    other = wording.in_sentence(rival.other)
    return (
        f"{measured(score)} The baseline {other} does better by {loss} ({_difference(rival)}): "
        "as it stands, use the baseline."
    )


def _no_better(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    other = wording.in_sentence(rival.other)
    worth = wording.change(score.score, margin, signed=False)
    return (
        f"{measured(score)} Against {other} the difference is "
        f"{wording.change(score.score, rival.difference)} ({_difference(rival)}): a gain of "
        f"{worth} or more is ruled out at this level."
    )


def _cannot_tell(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    other = wording.in_sentence(rival.other)
    visible = wording.change(score.score, power.smallest_visible(rival), signed=False)
    size = max(abs(rival.difference), margin)
    return (
        f"{measured(score)} Whether it beats {other} stays open: the difference is "
        f"{wording.change(score.score, rival.difference)} ({_difference(rival)}). With "
        f"{wording.count(rival.num_units)} examples, a true difference below about {visible} "
        f"would often go unseen; to show one of {wording.change(score.score, size, signed=False)}, "
        f"about {wording.count(power.units_needed(rival, size))} would be needed."
    )


def _harmful(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    loss = wording.change(score.score, abs(rival.difference), signed=False)
    other = wording.in_sentence(rival.other)
    return (
        f"{measured(score)} The same backbone left as it was, with {other}, does better by {loss} "
        f"({_difference(rival)}): training its weights did harm."
    )


def _probe_is_enough(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    worth = wording.change(score.score, margin, signed=False)
    other = wording.in_sentence(rival.other)
    return (
        f"{measured(score)} It beats every baseline, but so does the backbone left frozen: against "
        f"{other} the difference is {wording.change(score.score, rival.difference)} "
        f"({_difference(rival)}). A gain of {worth} or more from training the backbone's weights "
        "is ruled out at this level."
    )


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
    return (
        f"{sentence} On the examples it was trained on it reached "
        f"{wording.amount(score.score, train)}: it learnt them by heart."
    )


def unsettled(rival: Comparison) -> str:
    """Returns what to add where it works, but training the backbone may not have been needed."""
    return (
        f" Whether training the backbone's weights was worth it stays open: against "
        f"{wording.in_sentence(rival.other)} the difference is "
        f"{wording.change(rival.score, rival.difference)} ({_difference(rival)})."
    )
