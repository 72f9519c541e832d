"""One honest sentence from the measurements and paired differences of a run.

The rules, in this order, on the headline score of the test part. A *rival* needs no pretrained
backbone (majority class, TF-IDF, raw pixels); a *rung* uses the same backbone frozen (linear probe,
nearest neighbours). A gain is the paired difference to one of them, turned so that larger is
better. What is said to be worse or harmful names one of several comparisons, so p-values are
adjusted for their number (Holm).

1. No value, or nothing to compare with: **not judged**.
2. Some rival beats the model: **worse**. With a backbone that stayed frozen a rung counts as well:
   then the head is badly trained.
3. The backbone was trained, and some rung beats the model: **harmful**.
4. The interval of some gain over a rival lies below `margin`: **no better**; the gain that would
   matter is ruled out.
5. Some gain over a rival has zero in its interval, or interval and p-value disagree: **cannot
   tell**, with the smallest difference that this many units can show, and how many would do.
6. The backbone was trained, and the interval of the gain over some rung lies below `margin`: **the
   probe is enough**.
7. Every gain over rivals is above zero: **works**. It asks each of several tests to succeed, so it
   needs no correction for their number (an intersection-union test).

Where 2 to 5 hold and the score on the training part lies above the upper end of the interval on
test by more than `_GAP`, the verdict is **overfits**: that is why.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ftkeras.records.run_record import Comparison, Measurement, RunRecord
from ftkeras.report import _sentences, wording
from ftkeras.report.language import N_, paragraph, said
from ftkeras.report.language import gettext as _
from ftkeras.statistics import power

KINDS = (
    "works",
    "probe_is_enough",
    "no_better",
    "cannot_tell",
    "overfits",
    "harmful",
    "worse",
    "not_judged",
)
_TITLES = {
    "works": N_("It works"),
    "probe_is_enough": N_("The frozen backbone is enough"),
    "no_better": N_("No better than the baseline"),
    "cannot_tell": N_("Cannot tell"),
    "overfits": N_("It overfits"),
    "harmful": N_("Fine-tuning did harm"),
    "worse": N_("Worse than the baseline"),
    "not_judged": N_("Not judged"),
}
# How far the score on train may lie above what test allows: five points of a share.
_GAP = 0.05
_RUNGS = "features_"


@dataclass(frozen=True)
class Verdict:
    """What the numbers allow to be said.

    Args:
        kind: One of `KINDS`.
        sentence: The verdict in plain language, one to three sentences.
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
        """The verdict in two to five words."""
        return _(_TITLES[self.kind])


def of(record: RunRecord) -> Verdict:
    """Applies the rules of this file to a run.

    Args:
        record: The run's record.
    """
    headline = record.task.get("headline", "")
    kept = [phase for phase in record.phases if phase.get("best_epoch")]
    return decide(
        record.measurements.get("test", {}),
        record.comparisons,
        headline,
        trained_backbone=any(not _is_frozen(str(phase["phase"])) for phase in kept),
        on_train=_on_train(kept, headline),
    )


def decide(
    measurements: dict[str, list[Measurement]],
    comparisons: Sequence[Comparison],
    headline: str,
    margin: float = 0.01,
    trained_backbone: bool = False,
    on_train: float | None = None,
) -> Verdict:
    """Applies the rules of this file to the test part of a run.

    Args:
        measurements: Model name (`"model"`, baselines) -> its measurements on test.
        comparisons: The model against each baseline on test; other scores are ignored.
        headline: The score to judge by, as written in the measurements.
        margin: Smallest gain worth having, in units of the score.
        trained_backbone: Whether weights of the backbone were trained.
        on_train: The headline score on the training part, `None` where unknown.

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
        missing = _("it was not measured on the test part")
        note = said(found[0].note) if found and found[0].note else missing
        told = _(
            "The headline score ({name}) has no value: {reason}.",
            name=wording.plain_name(headline),
            reason=_sentences.clause(note),
        )
        return Verdict("not_judged", told)
    score = found[0]
    relevant = [item for item in comparisons if item.score == headline]
    rungs = [item for item in relevant if item.other.startswith(_RUNGS)]
    rivals = [item for item in relevant if item not in rungs]
    if not rivals:
        alone = _("There is no baseline to compare it with.")
        return Verdict("not_judged", paragraph(_sentences.measured(score), alone))
    kind, rival = _judge(rivals, rungs, score.direction, margin, trained_backbone)
    sentence = _sentences.SENTENCES[kind](score, rival, margin, len(rivals))
    if kind == "works" and trained_backbone and rungs:
        strongest = _hardest_first(rungs, score.direction)[0]
        if standing(strongest, score.direction, margin) == "cannot_tell":
            sentence = paragraph(sentence, _sentences.unsettled(strongest))
    if kind not in ("works", "probe_is_enough") and _learnt_by_heart(score, on_train):
        kind, sentence = "overfits", _sentences.overfits(sentence, score, on_train or 0.0)
    needed = power.units_needed(rival, max(abs(rival.difference), margin))
    return Verdict(kind, sentence, rival.other, power.smallest_visible(rival), needed)


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
    alpha = 1 - comparison.level
    if low > 0 and comparison.p_value < alpha:
        return "better"
    adjusted = comparison.adjusted_p_value
    if high < 0 and (comparison.p_value if adjusted is None else adjusted) < alpha:
        return "worse"
    return "no_better" if high < margin else "cannot_tell"


def _judge(
    rivals: Sequence[Comparison],
    rungs: Sequence[Comparison],
    direction: str,
    margin: float,
    trained_backbone: bool,
) -> tuple[str, Comparison]:
    """Returns the verdict's kind and the comparison that decided it."""

    def first(kind: str, among: Sequence[Comparison]) -> Comparison | None:
        ordered = _hardest_first(among, direction)
        return next((c for c in ordered if standing(c, direction, margin) == kind), None)

    beaten_by = first("worse", rivals if trained_backbone else [*rivals, *rungs])
    if beaten_by is not None:
        return "worse", beaten_by
    if trained_backbone and (harmed := first("worse", rungs)) is not None:
        return "harmful", harmed
    for kind in ("no_better", "cannot_tell"):
        if (decisive := first(kind, rivals)) is not None:
            return kind, decisive
    if trained_backbone and (enough := first("no_better", rungs)) is not None:
        return "probe_is_enough", enough
    return "works", _hardest_first(rivals, direction)[0]


def _hardest_first(comparisons: Sequence[Comparison], direction: str) -> list[Comparison]:
    sign = -1 if direction == "min" else 1
    return sorted(comparisons, key=lambda item: sign * item.difference)


def _learnt_by_heart(score: Measurement, on_train: float | None) -> bool:
    if on_train is None or score.high is None or not wording.is_share(score.score):
        return False
    return on_train > score.high + _GAP


def _is_frozen(phase: str) -> bool:
    return phase.startswith("linear_probe")


def _on_train(phases: Sequence[dict[str, object]], headline: str) -> float | None:
    """The headline score that Keras streamed over the training part in the kept epoch."""
    if not phases:
        return None
    history, best = phases[-1]["history"], phases[-1]["best_epoch"]
    values = history.get(headline, []) if isinstance(history, dict) else []
    return values[best - 1] if isinstance(best, int) and len(values) >= best else None
