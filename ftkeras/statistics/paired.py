"""Whether one model beats another on the same units."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from ftkeras.contracts.score import Score, Units
from ftkeras.errors import UserError
from ftkeras.message import joined, message
from ftkeras.records.run_record import Comparison
from ftkeras.statistics import _resampling
from ftkeras.statistics._settings import Settings


def compare(  # noqa: PLR0913 - two models, and the settings every statistic takes
    score: Score,
    y_true: Any,
    logits: Any,
    other_logits: Any,
    *,
    other: str,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    groups: NDArray[Any] | None = None,
) -> Comparison:
    """Returns the paired difference of two models on the same units.

    Both models are scored on the same resamples, so that what is easy for both cancels. The p-value
    comes from swapping the two answers of each unit at random, which changes nothing if the models
    are alike; for a mean of right answers it is McNemar's exact test, its closed form.

    Args:
        score: What to compare by.
        y_true: `(units,)` labels.
        logits: `(units, outputs)` of the model.
        other_logits: `(units, outputs)` of the other.
        other: Name of the other.
        level: Confidence level of the interval.
        resamples: Number of resamples, and of random swaps.
        seed: Seed of both.
        groups: `(units,)` which units belong together; `None` when all are independent.

    Raises:
        UserError: The score of either model is undefined.

    Example:
        >>> from ftkeras.scores.accuracy import Accuracy
        >>> y_true, logits, others = [0, 1, 1, 1], [-2.0, 1.0, 1.0, 3.0], [-2.0, -1.0, -1.0, 3.0]
        >>> compared = compare(Accuracy(), y_true, logits, others, other="baseline")
        >>> compared.difference, compared.p_value
        (0.5, 0.5)

    References:
        McNemar, 1947, Psychometrika 12; Edwards, 1948; Noreen, 1989, Computer-Intensive Methods.
    """
    settings = Settings(level, resamples, seed, groups)
    models, problem = _resampling.readable(score, y_true, [logits, other_logits])
    if problem:
        raise UserError(f"Expected predictions that can be compared. Received: {problem}.")
    value, other_value = (_exact(score, units) for units in models)
    difference = value - other_value
    if np.isnan(difference):
        raise UserError(
            f"Expected `{score.name}` to be defined for both models. Received: {value} and "
            f"{other_value} (undefined: {score.undefined})."
        )
    rng = settings.generator()
    drawn = _joint(score, models, groups, rng)
    low, high = _interval(score, drawn, difference, settings, rng)
    hits = [score.hits(units, np) for units in models]
    drawn_by = message("percentiles of {resamples} paired resamples", resamples=resamples)
    if groups is None and hits[0] is not None and hits[1] is not None:
        p_value = mcnemar(int((hits[0] & ~hits[1]).sum()), int((hits[1] & ~hits[0]).sum()))
        test = message("exact McNemar test")
    else:
        p_value = _swapped(score, drawn, resamples, rng)
        test = message("permutation test with {swaps} random swaps", swaps=resamples)
    return Comparison(
        score=score.name,
        other=other,
        difference=difference,
        low=low,
        high=high,
        p_value=p_value,
        level=level,
        num_units=len(models[0].labels),
        method=joined([drawn_by, test], "; "),
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """Returns the exact two-sided p-value of McNemar's test.

    Args:
        only_first: Units that only the first model got right.
        only_second: Units that only the second model got right.

    Example:
        >>> round(mcnemar(8, 1), 4)
        0.0391
    """
    discordant = only_first + only_second
    return float(binomtest(only_first, discordant).pvalue) if discordant else 1.0


def _exact(score: Score, units: Units) -> float:
    return float(score.formula(score.counts.fitted(units).tally(units), np))


def _joint(
    score: Score,
    models: list[Units],
    groups: NDArray[Any] | None,
    rng: np.random.Generator,
) -> _resampling.Blocks:
    both = Units(
        labels=np.concatenate([units.labels for units in models]),
        predictions=np.concatenate([units.predictions for units in models]),
        is_finite=True,
        is_known=True,
    )
    counts = score.counts.fitted(both, _resampling.MOST_SCORES)
    return _resampling.blocks(counts, models, groups, rng)


def _interval(
    score: Score,
    drawn: _resampling.Blocks,
    difference: float,
    settings: Settings,
    rng: np.random.Generator,
) -> tuple[float, float]:
    coarse = _difference(score, drawn, drawn.sizes[None].astype("float64"))[0]
    weights = drawn.draw(settings.resamples, rng)
    values = _difference(score, drawn, weights) + (difference - coarse)
    low, high = np.nanquantile(values, settings.tails)
    return float(min(low, difference)), float(max(high, difference))


def _difference(
    score: Score, drawn: _resampling.Blocks, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    first, second = (score.formula(drawn.counts(weights, model), np) for model in (0, 1))
    return np.asarray(first - second)


def _swapped(
    score: Score, drawn: _resampling.Blocks, resamples: int, rng: np.random.Generator
) -> float:
    kept = rng.binomial(drawn.sizes, 0.5, size=(resamples, len(drawn.sizes))).astype("float64")
    moved = drawn.sizes - kept
    first = drawn.counts(kept, 0) + drawn.counts(moved, 1)
    second = drawn.counts(moved, 0) + drawn.counts(kept, 1)
    differences = np.abs(np.asarray(score.formula(first, np) - score.formula(second, np)))
    observed = abs(_difference(score, drawn, drawn.sizes[None].astype("float64"))[0])
    # A swap that makes the score undefined speaks for nothing, so it counts against the claim.
    as_large = ~(differences < observed - 1e-12)
    return float((1 + as_large.sum()) / (1 + resamples))
