"""Where the spread between seeds comes from, and what more seeds would buy."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError

FACTORS = ("split", "initialisation", "order")


@dataclass(frozen=True)
class SeedVariance:
    """Variance of one run's score, by what was drawn anew.

    Args:
        components: Factor -> its variance: of `"split"`, `"initialisation"`, `"order"` and
            `"rest"` (what only their combination explains).
        repeats: Levels of each factor.
    """

    components: dict[str, float]
    repeats: int

    @property
    def total(self) -> float:
        """Variance of the score of one run with seeds of its own."""
        return sum(self.components.values())

    def standard_error(self, repeats: int) -> float:
        """Returns the standard error that seeds leave in a mean over a design of this size.

        Each factor is averaged over its `repeats` levels, the rest over `repeats^2` runs. What
        other examples would have given is not in it.

        Args:
            repeats: Levels of each factor.
        """
        crossed = sum(self.components[factor] for factor in FACTORS) / repeats
        return float(np.sqrt(crossed + self.components["rest"] / repeats**2))


def latin_order(split: int, initialisation: int, repeats: int) -> int:
    """Returns which order a run has: every pair of two factors is there once.

    Example:
        >>> [[latin_order(split, start, 3) for start in range(3)] for split in range(3)]
        [[0, 1, 2], [1, 2, 0], [2, 0, 1]]
    """
    return (split + initialisation) % repeats


def seed_variance(scores: Any) -> SeedVariance:
    """Splits the variance between runs into split, initialisation and data order.

    The runs are a Latin square: R splits by R initialisations, each pair once, with the order that
    `latin_order` gives. With MS the mean squares of the analysis of variance, the component of a
    factor is (MS_factor - MS_rest) / R, and that of the rest MS_rest; negative estimates are
    set to 0. With few repeats the components themselves are uncertain: with 5 the standard error of
    a component is about as large as 0.7 of it.

    Args:
        scores: `(R, R)` scores of runs, `[split, initialisation]`, R at least 3.

    Raises:
        UserError: There are fewer than three repeats, or a score is not finite.

    Example:
        >>> effect = np.array([0.0, 1.0, 2.0])
        >>> found = seed_variance(effect[:, None] + np.zeros((3, 3)))  # only the split matters
        >>> {name: round(value, 3) for name, value in found.components.items()}
        {'split': 1.0, 'initialisation': 0.0, 'order': 0.0, 'rest': 0.0}

    References:
        Searle, Casella and McCulloch, 1992, Variance Components, chapter 4. On what seeds do:
        Bouthillier et al., 2021, MLSys, "Accounting for Variance in Machine Learning Benchmarks".
    """
    values: NDArray[np.float64] = np.asarray(scores, "float64")
    if values.ndim != 2 or values.shape[0] != values.shape[1] or len(values) < 3:
        raise UserError(
            "Expected a square of scores with three repeats or more. Received: scores of shape "
            f"{values.shape}. Take --repeats=3 or more."
        )
    if not np.isfinite(values).all():
        raise UserError(f"Expected finite scores. Received: {values.tolist()}.")
    repeats = len(values)
    order = np.array([[latin_order(s, i, repeats) for i in range(repeats)] for s in range(repeats)])
    by_order = np.array([values[order == level].mean() for level in range(repeats)])
    means = {
        "split": values.mean(axis=1),
        "initialisation": values.mean(axis=0),
        "order": by_order,
    }
    squares = {name: repeats * float(mean.var(ddof=1)) for name, mean in means.items()}
    total = float(((values - values.mean()) ** 2).sum())
    left = total - (repeats - 1) * sum(squares.values())
    rest = max(0.0, left / ((repeats - 1) * (repeats - 2)))
    components = {name: max(0.0, (square - rest) / repeats) for name, square in squares.items()}
    return SeedVariance({**components, "rest": rest}, repeats)
