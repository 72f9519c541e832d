"""How much of the best validation score is luck, because it is the best of many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Score, Units
from ftkeras.errors import UserError
from ftkeras.statistics import _resampling
from ftkeras.statistics._settings import Settings


@dataclass(frozen=True)
class Selection:
    """The winner of a choice, and what its score is worth.

    Args:
        chosen: Index of the candidate with the best score.
        value: Its score on all units: what the choice was made by.
        corrected: Its expected score on units it was not chosen on.
        low: Lower end of the interval of `corrected`.
        high: Upper end.
        optimism: How much better `value` looks than `corrected`; at least 0 in expectation.
        stability: Share of the resamples in which the same candidate wins.
        candidates: How many there were.
        num_units: Units that the choice was made on.
    """

    chosen: int
    value: float
    corrected: float
    low: float
    high: float
    optimism: float
    stability: float
    candidates: int
    num_units: int


def select(
    score: Score,
    y_true: Any,
    candidates: Sequence[Any],
    *,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> Selection:
    """Chooses the best of many answers to the same units and estimates the optimism of that.

    In each resample units are drawn with replacement; the candidate that is best on those drawn is
    scored on those not drawn (a third or so). The mean of these scores is an estimate of what the
    procedure "take the best" delivers, as in bootstrap bias corrected cross-validation; nothing is
    trained again. It knows nothing of choices made inside a candidate, such as its epoch.

    Args:
        score: What to choose by; `score.direction` says which way is better.
        y_true: `(units,)` labels.
        candidates: For each, `(units, outputs)` predictions.
        level: Confidence level of the interval, percentiles of the scores on units not drawn.
        resamples: Number of resamples.
        seed: Seed of the resampling.

    Raises:
        UserError: There is no candidate, or one cannot be scored.

    Example:
        >>> from ftkeras.scores.accuracy import Accuracy
        >>> rng = np.random.default_rng(0)
        >>> y_true, coins = np.arange(100) % 2, rng.normal(size=(30, 100, 1))
        >>> found = select(Accuracy(), y_true, list(coins))
        >>> found.value > 0.55, abs(found.corrected - 0.5) < 0.05, found.optimism > 0.05
        (True, True, True)

    References:
        Tsamardinos, Greasidou and Borboudakis, 2018, Bootstrapping the out-of-sample predictions
        for efficient and accurate cross-validation, Machine Learning 107.
    """
    settings = Settings(level, resamples, seed, None)
    if not len(candidates):
        raise UserError("Expected one candidate or more. Received: candidates=[].")
    models, problem = _resampling.readable(score, y_true, candidates)
    if problem:
        raise UserError(f"Expected predictions that can be scored. Received: {problem}.")
    exact = [float(score.formula(score.counts.fitted(u).tally(u), np)) for u in models]
    sign = -1.0 if score.direction == "min" else 1.0
    if not np.isfinite(exact).any():
        raise UserError(
            f"Expected `{score.name}` to be defined. Received: none of {len(exact)} candidates "
            f"has a value ({score.undefined})."
        )
    chosen = int(np.nanargmax(sign * np.array(exact)))
    inside, outside = _resampled(score, models, settings)
    winners = _best(sign * inside)
    rows = np.arange(len(winners))
    delivered = outside[rows, np.maximum(winners, 0)]
    delivered = delivered[(winners >= 0) & np.isfinite(delivered)]
    if not len(delivered):
        raise UserError(
            f"Expected units enough to hold some out. Received: {len(models[0].labels)} units, on "
            f"which `{score.name}` is undefined in every resample."
        )
    corrected = float(delivered.mean())
    low, high = np.quantile(delivered, settings.tails)
    return Selection(
        chosen=chosen,
        value=exact[chosen],
        corrected=corrected,
        low=float(low),
        high=float(high),
        optimism=sign * (exact[chosen] - corrected),
        stability=float((winners == chosen).mean()),
        candidates=len(candidates),
        num_units=len(models[0].labels),
    )


def _resampled(
    score: Score, models: Sequence[Units], settings: Settings
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns `(resamples, candidates)` scores on the units drawn, and on those not drawn."""
    num_units = len(models[0].labels)
    rng = settings.generator()
    drawn = rng.multinomial(num_units, np.full(num_units, 1 / num_units), size=settings.resamples)
    inside, outside = [], []
    for units in models:
        counts = score.counts.fitted(units, _resampling.MOST_SCORES)
        # Every unit by itself: who was left out must be known.
        blocks = _resampling.blocks(counts, [units], np.arange(num_units), rng)
        with np.errstate(invalid="ignore", divide="ignore"):
            inside.append(score.formula(blocks.counts(drawn.astype("float64")), np))
            outside.append(score.formula(blocks.counts((drawn == 0).astype("float64")), np))
    return np.stack(inside, axis=1), np.stack(outside, axis=1)


def _best(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Returns the index of the largest value of each row, -1 where none is defined."""
    filled = np.where(np.isfinite(values), values, -np.inf)
    return np.where(np.isfinite(filled).any(axis=1), filled.argmax(axis=1), -1)
