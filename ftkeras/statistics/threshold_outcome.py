"""What a locked threshold gives on examples it was not chosen on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.threshold_rule import Tallies, ThresholdRule
from ftkeras.message import message
from ftkeras.statistics._settings import Settings


@dataclass(frozen=True)
class ThresholdOutcome:
    """What a threshold gives on examples it was not chosen on, beside another one.

    Args:
        value: What the rule aims at, at the threshold; `None` where undefined.
        low: Lower end of its interval.
        high: Upper end.
        other: The same at the other threshold.
        other_low: Lower end of its interval.
        other_high: Upper end.
        difference: `value - other`.
        difference_low: Lower end of the interval of the paired difference.
        difference_high: Upper end.
        changed: Examples that the two thresholds decide differently.
        level: Confidence level of all intervals.
        num_units: Examples.
        method: How the intervals were made, in words.
    """

    value: float | None
    low: float | None
    high: float | None
    other: float | None
    other_low: float | None
    other_high: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    changed: int
    level: float
    num_units: int
    method: str


def threshold_outcome(
    rule: ThresholdRule,
    labels: NDArray[Any],
    probability: NDArray[Any],
    threshold: float,
    *,
    other: float = 0.5,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> ThresholdOutcome:
    """Returns what a locked threshold gives on test, beside another threshold.

    Args:
        rule: What is aimed at. Nothing is chosen here.
        labels: `(examples,)` 0 or 1.
        probability: `(examples,)` probability of class 1.
        threshold: The threshold, chosen elsewhere.
        other: What it is compared with.
        level: Confidence level.
        resamples: Number of resampled tables.
        seed: Seed of the resampling.

    Example:
        >>> from ftkeras.thresholds.maximum_f1 import MaximumF1
        >>> labels, probability = np.array([0, 1, 1, 0]), np.array([0.1, 0.3, 0.9, 0.2])
        >>> found = threshold_outcome(MaximumF1(), labels, probability, 0.25)
        >>> found.value, round(found.other, 3), found.changed
        (1.0, 0.667, 1)
    """
    settings = Settings(level, resamples, seed, None)
    labels, probability = np.asarray(labels), np.asarray(probability, "float64")
    decided, otherwise = probability > threshold, probability > other
    rng = settings.generator()
    kind = labels * 4 + decided * 2 + otherwise
    counts = np.bincount(kind, minlength=8).astype("float64")
    drawn = rng.multinomial(len(labels), counts / len(labels), resamples).astype("float64")
    differences = _of_table(rule, drawn, 2) - _of_table(rule, drawn, 1)
    values = [float(_of_table(rule, counts, axis)) for axis in (2, 1)]
    ends = [_posterior_interval(rule, counts, axis, settings, rng) for axis in (2, 1)]
    spread = np.isfinite(differences).mean() > 0.5
    between = np.nanquantile(differences, settings.tails) if spread else (np.nan, np.nan)
    difference = values[0] - values[1]
    return ThresholdOutcome(
        value=_defined(values[0]),
        low=_defined(ends[0][0]),
        high=_defined(ends[0][1]),
        other=_defined(values[1]),
        other_low=_defined(ends[1][0]),
        other_high=_defined(ends[1][1]),
        difference=_defined(difference),
        difference_low=_defined(min(between[0], difference)),
        difference_high=_defined(max(between[1], difference)),
        changed=int((decided != otherwise).sum()),
        level=level,
        num_units=len(labels),
        method=message(
            "percentiles of {resamples} Dirichlet draws of the table of counts; of the difference, "
            "of {resamples} paired resamples",
            resamples=resamples,
        ),
    )


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _of_table(rule: ThresholdRule, counts: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Returns the figure of `(..., 8)` counts by label, first decision and second decision."""
    cube = counts.reshape(*counts.shape[:-1], 2, 2, 2).sum(axis=-1 if axis == 2 else -2)
    return rule.figure(_table(cube[..., 0, 0], cube[..., 0, 1], cube[..., 1, 0], cube[..., 1, 1]))[
        ..., 0
    ]


def _posterior_interval(
    rule: ThresholdRule,
    counts: NDArray[np.float64],
    axis: int,
    settings: Settings,
    rng: np.random.Generator,
) -> tuple[float, float]:
    cube = counts.reshape(2, 2, 2).sum(axis=-1 if axis == 2 else -2)
    shares = rng.gamma(cube.ravel() + 0.5, size=(settings.resamples, 4))
    shares *= cube.sum() / shares.sum(axis=1, keepdims=True)
    value = float(_of_table(rule, counts, axis))
    low, high = np.quantile(rule.figure(_table(*shares.T))[..., 0], settings.tails)
    return min(float(low), value), max(float(high), value)


def _table(true_negative: Any, false_positive: Any, false_negative: Any, hit: Any) -> Tallies:
    return Tallies(
        *(
            np.asarray(each, "float64")[..., None]
            for each in (hit, false_positive, hit + false_negative, true_negative + false_positive)
        )
    )
