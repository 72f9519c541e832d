"""Which of several candidates is best on the same units, and which cannot be told apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.statistics._settings import Settings
from ftkeras.statistics.multiplicity import holm

# Weights of that many units at once.
_BLOCK = 1 << 22


@dataclass(frozen=True)
class Ranked:
    """One candidate's value with its interval.

    Args:
        name: The candidate.
        value: Its value.
        low: Lower end of the interval.
        high: Upper end.
    """

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Pair:
    """Two candidates, the better one first.

    Args:
        better: The one with the better value.
        worse: The other.
        difference: Value of the better less that of the worse.
        p_value: Of a difference at least this large if there were none, adjusted by Holm's rule
            for all pairs.
        tied: Whether they cannot be told apart at the level asked for.
    """

    better: str
    worse: str
    difference: float
    p_value: float
    tied: bool


@dataclass(frozen=True)
class Ranking:
    """Candidates from best to worst, and every pair of them.

    Args:
        order: The candidates, best first.
        pairs: All pairs, in that order.
    """

    order: tuple[Ranked, ...]
    pairs: tuple[Pair, ...]

    def tied(self, first: str, second: str) -> bool:
        """Says whether two candidates cannot be told apart."""
        return any(
            {pair.better, pair.worse} == {first, second} and pair.tied for pair in self.pairs
        )


def rank(
    values: Mapping[str, float],
    influences: Mapping[str, NDArray[np.float64]],
    *,
    direction: str,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Ranking:
    """Ranks candidates by one score, all resampled together.

    Each resample draws the units anew, with replacement, and is the same for all candidates, so
    that what is easy for all of them cancels. A candidate's value on it is its value plus the
    influences of the units that were drawn more or less often than once. Intervals are percentiles;
    a pair's p-value is the share of resamples whose difference is as far from the observed one as
    that is from 0.

    Args:
        values: Candidate -> its score.
        influences: Candidate -> `(units,)` derivatives of its score by the weight of each unit.
        direction: `"max"` or `"min"`: which way is better.
        level: Confidence level of the intervals, and of all pairs together.
        resamples: Number of resamples.
        seed: Seed of the resampling.

    Raises:
        UserError: Candidates differ in their units.

    Example:
        >>> right = np.array([1.0] * 80 + [0.0] * 20), np.array([1.0] * 60 + [0.0] * 40)
        >>> found = rank({"a": 0.8, "b": 0.6}, {"a": (right[0] - 0.8) / 100,
        ...              "b": (right[1] - 0.6) / 100}, direction="max")
        >>> [ranked.name for ranked in found.order], found.tied("a", "b")
        (['a', 'b'], False)

    References:
        Efron and Tibshirani, 1993, An Introduction to the Bootstrap, chapters 13, 16 and 21.
    """
    settings = Settings(level, resamples, seed, None)
    sizes = {len(influence) for influence in influences.values()}
    if len(sizes) > 1 or set(values) != set(influences):
        raise UserError(
            "Expected every candidate with its influences on the same units. Received: "
            f"{sorted(values)} and {sorted(influences)} with {sorted(sizes)} units."
        )
    sign = -1 if direction == "min" else 1
    names = sorted(values, key=lambda name: -sign * values[name])
    moved = _moved(np.stack([influences[name] for name in names]), settings)
    order = []
    for column, name in enumerate(names):
        low, high = values[name] + np.quantile(moved[:, column], settings.tails)
        order.append(Ranked(name, values[name], float(low), float(high)))
    numbers = list(combinations(range(len(names)), 2))
    p_values = [
        _p_value(values[names[a]] - values[names[b]], moved[:, a] - moved[:, b]) for a, b in numbers
    ]
    pairs = tuple(
        Pair(names[a], names[b], values[names[a]] - values[names[b]], float(p), bool(p > 1 - level))
        for (a, b), p in zip(numbers, holm(p_values), strict=True)
    )
    return Ranking(tuple(order), pairs)


def _moved(influences: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
    """Returns `(resamples, candidates)`: how far each value moves in each resample."""
    units = influences.shape[1]
    generator, rows = settings.generator(), max(1, _BLOCK // units)
    found = []
    for first in range(0, settings.resamples, rows):
        number = min(rows, settings.resamples - first)
        drawn = generator.multinomial(units, np.full(units, 1 / units), size=number)
        found.append((drawn - 1.0) @ influences.T)
    return np.concatenate(found)


def _p_value(difference: float, moved: NDArray[np.float64]) -> float:
    as_far = np.abs(moved) >= abs(difference) - 1e-12
    return float((1 + as_far.sum()) / (1 + len(moved)))
