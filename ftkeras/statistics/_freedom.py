"""How well the spread of a score is known itself: its degrees of freedom."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Cells, Score, Terms, Units


def freedom(score: Score, units: Units, value: float, groups: NDArray[Any] | None) -> float:
    """Returns the degrees of freedom of the spread of a score, at least 1.

    A mean over n units has 2 n / (k - 1), with k the kurtosis of what units add beyond the mean:
    the variance of a variance decides, so few units that cost much count for what they are. For a
    curve the rarer of two classes knows least and decides, and has its number of units less 1. Of
    more classes none decides alone: their harmonic mean stands for them.

    Args:
        score: The score.
        units: What it was computed on.
        value: Its value.
        groups: `(units,)` which units are drawn together; `None` when all are independent.
    """
    beyond = _beyond_the_mean(score, units, value)
    if beyond is not None:
        if groups is not None:
            of_group = np.unique(groups, return_inverse=True)[1]
            beyond = np.bincount(of_group, beyond).astype("float64")
        variance = float(np.mean(beyond**2))
        if variance == 0:
            return max(len(beyond) - 1.0, 1.0)
        kurtosis = float(np.mean(beyond**4)) / variance**2
        most = max(len(beyond) - 1.0, 1.0)
        return min(max(2 * len(beyond) / max(kurtosis - 1, 1e-9), 1.0), most)
    known = _of_classes(score, units)
    if groups is not None:
        known = min(known, len(np.unique(groups)))
    return max(known - 1, 1.0)


def _beyond_the_mean(score: Score, units: Units, value: float) -> NDArray[np.float64] | None:
    """Returns `(units,)` part - value * whole of a ratio of sums of terms, `None` for others."""
    counts = score.counts
    if not isinstance(counts, Terms):
        return None
    # Asked on one table first: the unit tables of a large one do not fit into memory.
    if score.fraction(np.zeros((1, *counts.shape)), np) is None:
        return None
    sides = score.fraction(np.eye(counts.size).reshape(counts.size, *counts.shape), np)
    if sides is None:
        return None
    terms = counts.terms(units.labels, units.predictions, np)
    return np.asarray(terms @ (sides[0] - value * sides[1]))


def _of_classes(score: Score, units: Units) -> float:
    is_class = units.labels.ndim == 1 and not np.issubdtype(units.labels.dtype, np.floating)
    sizes = np.bincount(units.labels) if is_class else np.array([])
    sizes = sizes[sizes > 0]
    if len(sizes) < 2:
        return float(len(units.labels))
    if len(sizes) == 2 and isinstance(score.counts, Cells):
        return float(sizes.min())
    return len(sizes) / float((1 / sizes).sum())
