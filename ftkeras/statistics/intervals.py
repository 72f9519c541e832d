"""How sure a score is: an interval from the counts it was computed from."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Score, Units
from ftkeras.records.run_record import Measurement
from ftkeras.statistics import _resampling
from ftkeras.statistics._settings import Settings
from ftkeras.statistics._wilson import wilson

_UNDEFINED_SHARE = 0.05


def measure(
    scores: Sequence[Score],
    y_true: Any,
    logits: Any,
    *,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    groups: NDArray[Any] | None = None,
) -> list[Measurement]:
    """Returns each score of predictions on disk with its interval.

    The value is exact: curves tell apart every distinct score. Plain proportions get Wilson's
    interval, every other score the percentile interval of its values on resampled counts.

    Args:
        scores: What to measure.
        y_true: `(units,)` labels.
        logits: `(units, outputs)` predictions.
        level: Confidence level.
        resamples: Number of resampled data sets.
        seed: Seed of the resampling.
        groups: `(units,)` which units belong together (sentences of a document, say) and are drawn
            together; `None` when all are independent. They rule Wilson's interval out.

    Returns:
        One measurement a score; `value` is `None`, with the reason in `note`, where undefined.

    Example:
        >>> from ftkeras.scores.accuracy import Accuracy
        >>> measured, = measure([Accuracy()], [0, 1, 1, 1], [[-2.0], [1.0], [-1.0], [3.0]])
        >>> measured.value, round(measured.low, 3), round(measured.high, 3)
        (0.75, 0.301, 0.954)
    """
    settings = Settings(level, resamples, seed, groups)
    return [_measured(score, y_true, logits, settings) for score in scores]


def _measured(score: Score, y_true: Any, logits: Any, settings: Settings) -> Measurement:
    (units,), problem = _resampling.readable(score, y_true, [logits])
    if problem:
        return _undefined(score, settings.level, len(units.labels), problem)
    counts = score.counts.fitted(units).tally(units)
    value = float(score.formula(counts, np))
    if np.isnan(value):
        reason = f"undefined: {score.undefined}"
        return _undefined(score, settings.level, len(units.labels), reason)
    proportion = score.proportion(counts, np)
    low: float | None
    high: float | None
    if proportion is not None and settings.groups is None:
        low, high = wilson(float(proportion[0]), float(proportion[1]), settings.level)
        method, note = "Wilson", ""
    else:
        values = _resampled(score, units, value, settings)
        low, high, note = _percentiles(score, values, value, settings.tails)
        drawn = "units" if settings.groups is None else "whole groups of units"
        method = f"percentiles of {settings.resamples} resamples of {drawn}, from counts"
    return Measurement(
        score=score.name,
        value=value,
        low=low,
        high=high,
        level=settings.level,
        num_units=len(units.labels),
        method=method,
        direction=score.direction,
        note="; ".join(filter(None, [note, _bound_note(score, units)])),
    )


def _resampled(score: Score, units: Units, value: float, settings: Settings) -> NDArray[np.float64]:
    rng = settings.generator()
    counts = score.counts.fitted(units, _resampling.MOST_SCORES)
    drawn = _resampling.blocks(counts, [units], settings.groups, rng)
    values = score.formula(drawn.counts(drawn.draw(settings.resamples, rng)), np)
    # Resampling tells fewer scores apart than the value does; it lends its spread, not its centre.
    everything = drawn.counts(drawn.sizes[None].astype("float64"))
    return np.asarray(values + (value - float(score.formula(everything, np)[0])))


def _percentiles(
    score: Score, values: NDArray[np.float64], value: float, tails: list[float]
) -> tuple[float | None, float | None, str]:
    defined = values[np.isfinite(values)]
    if len(defined) < (1 - _UNDEFINED_SHARE) * len(values):
        share = 1 - len(defined) / len(values)
        return None, None, f"no interval: undefined in {share:.0%} of the resamples"
    low, high = np.quantile(defined, tails)
    # An interval contains its value, whatever the few resamples say.
    return (
        float(max(min(low, value), score.bounds[0])),
        float(min(max(high, value), score.bounds[1])),
        "",
    )


def _bound_note(score: Score, units: Units) -> str:
    bound = score.error_bound(score.counts.tally(units), np)
    if bound is None or np.isnan(bound):
        return ""
    return f"exact; counted while streaming it is certified to be within {float(bound):.1e}"


def _undefined(score: Score, level: float, num_units: int, reason: str) -> Measurement:
    return Measurement(
        score=score.name,
        value=None,
        low=None,
        high=None,
        level=level,
        num_units=num_units,
        method="none",
        direction=score.direction,
        note=reason,
    )
