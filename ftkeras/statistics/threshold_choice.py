"""How sure a chosen threshold is, and how much its own score flatters it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.threshold_rule import Candidates, Tallies, ThresholdRule
from ftkeras.message import message
from ftkeras.statistics._settings import Settings

_MOST_GROUPS = 1024
_DRAWN_TOGETHER = 100
_SPLITS = 200
_LEFT_OUT = 1 / 3
# The estimate of the optimism varies too: by this much, for three rules at 100 to 400 examples.
_WIDENED = 1.2


@dataclass(frozen=True)
class ThresholdChoice:
    """A threshold chosen on validation, and the uncertainty of the choice.

    Args:
        threshold: Examples with a probability above it are called positive.
        low: Lower end of the interval of the threshold: where it would lie on other samples.
        high: Upper end.
        value: What the rule aims at, at the threshold, on the examples it was chosen on.
        optimism: How much of it comes from having chosen on these examples; negative for a figure
            of which less is better.
        expected: `value - optimism`: what to expect on new examples.
        expected_low: Lower end of the interval of what it will give.
        expected_high: Upper end.
        unmet: Share of resamples in which no threshold fulfilled the rule.
        level: Confidence level of both intervals.
        num_units: Examples it was chosen on.
        method: How all this was found, in words.
    """

    threshold: float
    low: float
    high: float
    value: float
    optimism: float
    expected: float
    expected_low: float
    expected_high: float
    unmet: float
    level: float
    num_units: int
    method: str


def choose_threshold(
    rule: ThresholdRule,
    labels: NDArray[Any],
    probability: NDArray[Any],
    *,
    level: float = 0.95,
    resamples: int = 500,
    seed: int = 0,
) -> ThresholdChoice:
    """Chooses a threshold, and repeats the choice on resamples of the same examples.

    What to expect of new examples comes from random splits: chosen on two thirds, counted on the
    rest, the counts added up over all splits. (Efron's bootstrap estimate of the optimism comes
    out a third too small here, because a resample holds most examples it is to be checked on.)
    Both intervals come from the bootstrap, the second widened by a fifth. More than 1024 distinct
    probabilities are joined to groups of neighbours there, not in the choice itself.

    Args:
        rule: Which threshold to take.
        labels: `(examples,)` 0 or 1, of the validation part.
        probability: `(examples,)` probability of class 1.
        level: Confidence level.
        resamples: Number of resampled data sets.
        seed: Seed of the resampling.

    Raises:
        UserError: No threshold fulfils what the rule asks for.

    Example:
        >>> from ftkeras.thresholds.maximum_f1 import MaximumF1
        >>> rng = np.random.default_rng(0)
        >>> labels = rng.integers(0, 2, 200)
        >>> probability = np.clip(0.3 * labels + 0.6 * rng.random(200), 0, 1)
        >>> found = choose_threshold(MaximumF1(), labels, probability)
        >>> found.low <= found.threshold <= found.high, found.optimism > 0
        (True, True)

    References:
        Efron and Tibshirani, 1993, An Introduction to the Bootstrap, chapters 14 and 17.
    """
    settings = Settings(level, resamples, seed, None)
    threshold = rule(labels, probability)
    candidates = Candidates.of(labels, probability, _MOST_GROUPS)
    own = rule.figure(candidates.tallies())
    places, figures = _repeated(rule, candidates, settings)
    met = places >= 0
    flattery = figures[met] - own[places[met]]
    flattery = flattery[np.isfinite(flattery)] if np.isfinite(flattery).any() else np.zeros(1)
    value = float(rule.figure(_at(labels, probability, threshold))[0])
    chosen = np.append(candidates.thresholds[places[met]], threshold)
    low, high = np.quantile(chosen, settings.tails)
    expected = _held_out(rule, candidates, settings)
    expected = value if np.isnan(expected) else expected
    spread = _WIDENED * np.quantile(flattery - flattery.mean(), settings.tails)
    return ThresholdChoice(
        threshold=threshold,
        low=min(float(low), threshold),
        high=max(float(high), threshold),
        value=value,
        optimism=value - expected,
        expected=expected,
        expected_low=float(expected - spread[1]),
        expected_high=float(expected - spread[0]),
        unmet=float(1 - met.mean()),
        level=level,
        num_units=len(labels),
        method=message(
            "{resamples} resamples, the choice repeated in each; what to expect from {splits} "
            "random splits, chosen on two thirds and counted on the rest",
            resamples=resamples,
            splits=_SPLITS,
        ),
    )


def _repeated(
    rule: ThresholdRule, candidates: Candidates, settings: Settings
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Returns for each resample the candidate chosen in it, and the figure it has there."""
    rng = settings.generator()
    counts = np.stack([candidates.positives, candidates.negatives])
    total = int(counts.sum())
    places, figures = [], []
    for start in range(0, settings.resamples, _DRAWN_TOGETHER):
        size = min(_DRAWN_TOGETHER, settings.resamples - start)
        drawn = rng.multinomial(total, (counts / total).ravel(), size).astype("float64")
        tallies = candidates.tallies(drawn.reshape(size, *counts.shape))
        place = rule.place(tallies)
        places.append(place)
        figures.append(rule.figure(tallies)[np.arange(size), place])
    return np.concatenate(places), np.concatenate(figures)


def _held_out(rule: ThresholdRule, candidates: Candidates, settings: Settings) -> float:
    """Returns the figure of examples that did not take part in choosing their threshold."""
    rng = settings.generator()
    counts = np.stack([candidates.positives, candidates.negatives]).astype("int64")
    left_out = max(1, round(_LEFT_OUT * int(counts.sum())))
    sums = np.zeros(4)
    for start in range(0, _SPLITS, _DRAWN_TOGETHER):
        size = min(_DRAWN_TOGETHER, _SPLITS - start)
        flat = counts.ravel()
        held = rng.multivariate_hypergeometric(flat, left_out, size, method="marginals")
        held = held.reshape(size, *counts.shape)
        place = rule.place(candidates.tallies((counts - held).astype("float64")))
        rows = np.flatnonzero(place >= 0)
        there = candidates.tallies(held[rows].astype("float64"))
        sums += [
            each.sum()
            for each in (
                there.true_positives[np.arange(len(rows)), place[rows]],
                there.false_positives[np.arange(len(rows)), place[rows]],
                there.positives,
                there.negatives,
            )
        ]
    return float(rule.figure(Tallies(*sums.reshape(4, 1)))[0])


def _at(labels: NDArray[Any], probability: NDArray[Any], threshold: float) -> Tallies:
    positive, flagged = np.asarray(labels) == 1, np.asarray(probability) > threshold
    sums = (positive & flagged, ~positive & flagged, positive, ~positive)
    return Tallies(*(np.array([float(each.sum())]) for each in sums))
