"""Means of parts against the rest, by which numbers could as well have been theirs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_FEWEST = 9999
_EACH = 100  # so that Holm's rule over all parts can still call one different
_MOST_SHUFFLED = 20_000
_BLOCK = 1 << 22
_TOLERANCE = 1e-9


def permutations(parts: int) -> int:
    """Returns how many permutations are drawn for so many parts.

    Example:
        >>> permutations(8), permutations(400)
        (9999, 40000)
    """
    return max(_FEWEST, _EACH * parts)


def permuted_p_values(
    outcome: NDArray[np.float64], members: Sequence[NDArray[np.bool_]], seed: int
) -> NDArray[np.float64]:
    """Returns `(parts,)` two-sided p-values of no difference between each part and the rest.

    The statistic is Welch's t. Outcomes are handed out to units anew 9999 times or more, the same
    for all parts; the p-value is twice the smaller share of those at least as far to one side.
    Where outcomes have nothing to do with the part it is exact, however skewed they are; Welch's
    own p-value calls up to half of such data different when parts are small (simulated). With more
    than 20,000 units a part (or its rest) is drawn with replacement instead, and its sums are drawn
    in by the square root of the share that it leaves, so that they vary as those without
    replacement do.

    Args:
        outcome: `(units,)` numbers.
        members: For each part `(units,)` which units it has, and leaves.
        seed: Seed of the permutations.

    References:
        Janssen, 1997, Statistics & Probability Letters 36 (studentised permutation tests); Phipson
        and Smyth, 2010, Statistical Applications in Genetics and Molecular Biology 9.
    """
    if not len(members):
        return np.zeros(0)
    values = np.asarray(outcome, "float64") - np.mean(outcome)
    table = np.stack([np.asarray(part) for part in members], axis=1)
    generator = np.random.default_rng(seed)
    observed = _welch(values[None] @ table, values[None] ** 2 @ table, table, values)[0]
    count = permutations(len(members))
    draw = _shuffled if len(values) <= _MOST_SHUFFLED else _sampled
    drawn = draw(values, table, count, generator)
    slack = _TOLERANCE * np.maximum(1.0, np.abs(observed))
    above = 1 + (drawn >= observed - slack).sum(axis=0)
    below = 1 + (drawn <= observed + slack).sum(axis=0)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(above, below) / (1 + count)))


def _shuffled(
    values: NDArray[np.float64],
    table: NDArray[np.bool_],
    number: int,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    rows = max(1, _BLOCK // len(values))
    weights, found = table.astype("float64"), []
    for first in range(0, number, rows):
        count = min(rows, number - first)
        shuffled = generator.permuted(np.tile(values, (count, 1)), axis=1)
        found.append(_welch(shuffled @ weights, shuffled**2 @ weights, table, values))
    return np.concatenate(found)


def _sampled(
    values: NDArray[np.float64],
    table: NDArray[np.bool_],
    number: int,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """The smaller side of each part drawn by itself: shuffling everything would take too long."""
    num = len(values)
    whole = np.array([[values.sum()], [(values**2).sum()]])
    sums = np.empty((2, number, table.shape[1]))
    for column, size in enumerate(table.sum(axis=0).tolist()):
        smaller = min(size, num - size)
        rows = max(1, _BLOCK // smaller)
        for first in range(0, number, rows):
            count = min(rows, number - first)
            drawn = values[generator.integers(0, num, (count, smaller))]
            own = np.stack([drawn.sum(axis=1), (drawn**2).sum(axis=1)])
            # What is drawn is not lacking in the rest: the finite population correction.
            expected = whole * (smaller / num)
            own = expected + (own - expected) * np.sqrt((num - smaller) / (num - 1))
            sums[:, first : first + count, column] = own if smaller == size else whole - own
    return _welch(sums[0], sums[1], table, values)


def _welch(
    sums: NDArray[np.float64],
    squares: NDArray[np.float64],
    table: NDArray[np.bool_],
    values: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Returns Welch's t from the sums of a part's outcomes and of their squares."""
    own = table.sum(axis=0)
    rest = len(values) - own
    others, other_squares = values.sum() - sums, (values**2).sum() - squares
    mean, other = sums / own, others / rest
    spread = np.maximum(squares / own - mean**2, 0) / np.maximum(own - 1, 1)
    other_spread = np.maximum(other_squares / rest - other**2, 0) / np.maximum(rest - 1, 1)
    error = np.sqrt(spread + other_spread)
    difference = mean - other
    # Without any spread in both, what differs at all differs as far as can be.
    still = np.where(np.abs(difference) <= _TOLERANCE * np.ptp(values), 0.0, np.inf)
    smallest = 1e-7 * np.ptp(values)
    return np.asarray(
        np.where(
            error > smallest, difference / np.maximum(error, 1e-300), np.sign(difference) * still
        )
    )
