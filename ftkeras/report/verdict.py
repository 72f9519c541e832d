"""One honest sentence from the measurements and paired differences of a run.

The rules, in this order, on the headline score of the test part. `gain` is the paired difference
to a baseline, turned so that larger is better.

1. No value, or nothing to compare with: **not judged**.
2. Some baseline beats the model, interval and p-value agreeing: **worse**.
3. The interval of some gain lies below `margin`: **no better**; the gain that would matter is
   ruled out.
4. Some gain's interval holds zero, or interval and p-value disagree: **cannot tell**, with the
   smallest difference that this many units can show, and how many units would do.
5. Every gain is above zero: **works**.

Rule 5 asks each of several tests to succeed, so it needs no correction for their number (an
intersection-union test); rules 2 and 3 name the baseline that they rest on.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from ftkeras.records.run_record import Comparison, Measurement
from ftkeras.report import wording

KINDS = ("works", "no_better", "cannot_tell", "worse", "not_judged")


@dataclass(frozen=True)
class Verdict:
    """What the numbers allow to be said.

    Args:
        kind: One of `KINDS`.
        sentence: The verdict in plain language, one or two sentences.
        rival: The baseline that decided it; `None` when there is none.
        visible: Smallest true difference to the rival that an experiment of this size shows four
            times out of five; `None` when there is no rival.
        needed: About how many units would show a difference to the rival as large as the measured
            one (at least `margin`) four times out of five; `None` when there is no rival.
    """

    kind: str
    sentence: str
    rival: str | None = None
    visible: float | None = None
    needed: int | None = None

    @property
    def title(self) -> str:
        """The verdict in two or three words."""
        titles = {
            "works": "It works",
            "no_better": "No better than the baseline",
            "cannot_tell": "Cannot tell",
            "worse": "Worse than the baseline",
            "not_judged": "Not judged",
        }
        return titles[self.kind]


def decide(
    measurements: dict[str, list[Measurement]],
    comparisons: Sequence[Comparison],
    headline: str,
    margin: float = 0.01,
) -> Verdict:
    """Applies the rules of this file to the test part of a run.

    Args:
        measurements: Model name (`"model"`, baselines) -> its measurements on test.
        comparisons: The model against each baseline on test; other scores are ignored.
        headline: The score to judge by, as written in the measurements.
        margin: Smallest gain worth having, in units of the score.

    Example:
        >>> accuracy = Measurement("accuracy", 0.9, 0.87, 0.92, 0.95, 506, "bootstrap", "max")
        >>> gain = Comparison("accuracy", "tfidf", 0.05, 0.02, 0.08, 0.0004, 0.95, 506, "paired")
        >>> decide({"model": [accuracy]}, [gain], "accuracy").kind
        'works'
        >>> equal = Comparison("accuracy", "tfidf", 0.01, -0.02, 0.04, 0.5, 0.95, 506, "paired")
        >>> round(decide({"model": [accuracy]}, [equal], "accuracy").visible, 3)
        0.043
    """
    found = [item for item in measurements.get("model", []) if item.score == headline]
    if not found or found[0].value is None:
        why = found[0].note if found and found[0].note else "it was not measured on the test part"
        name = wording.plain_name(headline)
        return Verdict("not_judged", f"The headline score ({name}) has no value: {_clause(why)}.")
    score = found[0]
    relevant = [item for item in comparisons if item.score == headline]
    if not relevant:
        return Verdict("not_judged", f"{_measured(score)} There is no baseline to compare it with.")
    kind, rival = _judge(relevant, score.direction, margin)
    sentence = _SENTENCES[kind](score, rival, margin, len(relevant))
    needed = units_needed(rival, max(abs(rival.difference), margin))
    return Verdict(kind, sentence, rival.other, smallest_visible(rival), needed)


def smallest_visible(comparison: Comparison, power: float = 0.8) -> float:
    """Returns the smallest true difference that an experiment like this one usually shows.

    With `s` the standard error behind the interval, it is `(z_level + z_power) s`: a normal
    approximation, good for planning and not for deciding.

    Args:
        comparison: A paired difference with its interval.
        power: How often such a difference is to be seen, in (0, 1).
    """
    normal = NormalDist()
    reach = normal.inv_cdf(0.5 + comparison.level / 2)
    return (comparison.high - comparison.low) / 2 * (reach + normal.inv_cdf(power)) / reach


def units_needed(comparison: Comparison, difference: float, power: float = 0.8) -> int:
    """Returns about how many units would usually show a true difference of this size.

    Standard errors shrink with the square root of the units, so it is
    `units (smallest_visible / difference)^2`, rounded up to two digits.

    Args:
        comparison: A paired difference with its interval.
        difference: Size of the true difference, above 0.
        power: How often it is to be seen, in (0, 1).

    Example:
        >>> item = Comparison("accuracy", "tfidf", 0.03, -0.02, 0.08, 0.24, 0.95, 500, "paired")
        >>> units_needed(item, 0.03)
        2900
    """
    exact = comparison.num_units * (smallest_visible(comparison, power) / difference) ** 2
    unit = 10 ** max(len(str(math.ceil(exact))) - 2, 0)
    return math.ceil(exact / unit) * unit


def standing(comparison: Comparison, direction: str, margin: float = 0.01) -> str:
    """Judges one paired difference: `"better"`, `"worse"`, `"no_better"` or `"cannot_tell"`.

    Args:
        comparison: The model against one other.
        direction: `"max"` or `"min"`, the direction of the score.
        margin: Smallest gain worth having, in units of the score.
    """
    low, high = comparison.low, comparison.high
    if direction == "min":
        low, high = -high, -low
    significant = comparison.p_value < 1 - comparison.level
    if low > 0 and significant:
        return "better"
    if high < 0 and significant:
        return "worse"
    return "no_better" if high < margin else "cannot_tell"


def _judge(
    comparisons: Sequence[Comparison], direction: str, margin: float
) -> tuple[str, Comparison]:
    """Returns the verdict's kind and the comparison that decided it."""
    sign = -1 if direction == "min" else 1
    hardest_first = sorted(comparisons, key=lambda item: sign * item.difference)
    for kind in ("worse", "no_better", "cannot_tell"):
        for item in hardest_first:
            if standing(item, direction, margin) == kind:
                return kind, item
    return "works", hardest_first[0]


def _clause(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")


def _measured(score: Measurement) -> str:
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
    return f"{_measured(score)} That is {gain} {side} {which}{other} ({_difference(rival)})."


def _worse(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    loss = wording.change(score.score, abs(rival.difference), signed=False)
    other = wording.in_sentence(rival.other)
    return (
        f"{_measured(score)} The baseline {other} does better by {loss} ({_difference(rival)}): "
        "as it stands, use the baseline."
    )


def _no_better(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    other = wording.in_sentence(rival.other)
    worth = wording.change(score.score, margin, signed=False)
    return (
        f"{_measured(score)} Against {other} the difference is "
        f"{wording.change(score.score, rival.difference)} ({_difference(rival)}): a gain of "
        f"{worth} or more is ruled out at this level."
    )


def _cannot_tell(score: Measurement, rival: Comparison, margin: float, count: int) -> str:
    other = wording.in_sentence(rival.other)
    visible = wording.change(score.score, smallest_visible(rival), signed=False)
    size = max(abs(rival.difference), margin)
    return (
        f"{_measured(score)} Whether it beats {other} stays open: the difference is "
        f"{wording.change(score.score, rival.difference)} ({_difference(rival)}). With "
        f"{wording.count(rival.num_units)} examples, a true difference below about {visible} "
        f"would often go unseen; to show one of {wording.change(score.score, size, signed=False)}, "
        f"about {wording.count(units_needed(rival, size))} would be needed."
    )


_SENTENCES = {
    "works": _works,
    "worse": _worse,
    "no_better": _no_better,
    "cannot_tell": _cannot_tell,
}
