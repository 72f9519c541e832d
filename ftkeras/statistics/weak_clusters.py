"""Groups of similar examples where a model fails, found on one part and confirmed on another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from ftkeras.statistics._two_samples import difference_of
from ftkeras.statistics.slices import (
    Slice,
    SliceDifference,
    compare_slices,
    is_worse,
    oriented,
)

_SIZES = (2, 3, 4, 6, 8, 12, 16, 24, 32)
_COMPONENTS = 32
_MOST_UNITS = 20_000
_MOST_CANDIDATES = 8
_WORTH_CHECKING = 0.05
_MOST_SHARED = 0.5


@dataclass(frozen=True)
class FeatureCluster:
    """The examples whose features lie nearest to one of several centres.

    Args:
        mean: `(features,)` what is subtracted from features.
        axes: `(features, components)` the directions they are projected on.
        centres: `(clusters, components)` all centres.
        number: Which centre.

    Example:
        >>> cluster = FeatureCluster(np.zeros(1), np.ones((1, 1)), np.array([[-1.0], [1.0]]), 1)
        >>> features = np.array([[-0.9], [0.2], [1.1]])
        >>> cluster.members(features).tolist(), cluster.typical(features, 1).tolist(), str(cluster)
        ([False, True, True], [2], '2 of 2')
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    centres: NDArray[np.float64]
    number: int

    def members(self, features: NDArray[Any]) -> NDArray[np.bool_]:
        """Returns `(examples,)` which examples lie nearest to this centre."""
        return np.asarray(self._distances(features).argmin(axis=1) == self.number)

    def typical(self, features: NDArray[Any], count: int) -> NDArray[np.int64]:
        """Returns the rows of at most so many members, the nearest to the centre first."""
        distances = self._distances(features)
        rows = np.flatnonzero(distances.argmin(axis=1) == self.number)
        order = np.argsort(distances[rows, self.number], kind="stable")
        return np.asarray(rows[order[:count]], "int64")

    def _distances(self, features: NDArray[Any]) -> NDArray[np.float64]:
        """Squared distances of each example to each centre."""
        projected = (np.asarray(features, "float64") - self.mean) @ self.axes
        lengths = (projected**2).sum(axis=1)[:, None] + (self.centres**2).sum(axis=1)
        return np.asarray(lengths - 2 * projected @ self.centres.T)

    def __str__(self) -> str:
        return f"{self.number + 1} of {len(self.centres)}"


def weak_clusters(
    outcome: NDArray[Any],
    features: NDArray[Any],
    *,
    direction: str = "max",
    smallest: int = 30,
    seed: int = 0,
) -> list[FeatureCluster]:
    """Returns groups of similar examples where a model errs more, the clearest first.

    Features are projected on at most 32 principal components and grouped by k-means into 2, 3, 4,
    6, 8, 12, 16, 24 and 32 clusters, as far as there are `2 * smallest` examples for each. A
    cluster that is worse than the rest (Fisher's or Welch's p <= 0.05, uncorrected) is a candidate,
    no more: it was searched for, so it must be confirmed on examples that took no part in the
    search. One that lies by more than half within a clearer one is left out.

    Args:
        outcome: `(examples,)` whether each was right, on validation; or a number of each.
        features: `(examples, features)` what a frozen backbone says of them.
        direction: Which way numbers are better: `"max"`, or `"min"` for losses.
        smallest: Fewest examples of a candidate.
        seed: Seed of k-means, and of drawing 20,000 examples where there are more.

    Raises:
        ValueError: There is not one row of features an example.

    Example:
        >>> side = np.arange(400) % 2
        >>> features = np.stack([4.0 * side, np.arange(400) / 400], axis=1)
        >>> found = weak_clusters((side == 0) | (np.arange(400) % 4 == 1), features)
        >>> (found[0].members(features) == (side == 1)).all()
        np.True_

    References:
        d'Eon et al., 2022, FAccT (the idea of searching the space of representations).
    """
    outcome = oriented(np.asarray(outcome), direction)
    features = np.asarray(features, "float64")
    if features.ndim != 2 or len(features) != len(outcome):
        raise ValueError(
            "Expected one row of features an example. Received: "
            f"features.shape={features.shape}, outcome.shape={outcome.shape}."
        )
    usable = np.isfinite(features).all(axis=1)
    rows = np.flatnonzero(usable)
    if len(rows) > _MOST_UNITS:
        rows = np.random.default_rng(seed).choice(rows, _MOST_UNITS, replace=False)
    outcome, features = outcome[rows], features[rows]
    if len(outcome) < 2 * smallest or outcome.min() == outcome.max() or not np.ptp(features):
        return []
    found = []
    for cluster in _clusters(features, smallest, seed):
        inside = cluster.members(features)
        if not smallest <= inside.sum() <= len(inside) - smallest:
            continue
        difference, _, _, p_value = difference_of(outcome[inside], outcome[~inside], 0.95)
        if difference < 0 and p_value <= _WORTH_CHECKING:
            found.append((p_value, cluster, inside))
    found.sort(key=lambda item: item[0])
    kept: list[tuple[FeatureCluster, NDArray[np.bool_]]] = []
    for _, cluster, inside in found:
        if all((inside & clearer).sum() <= _MOST_SHARED * inside.sum() for _, clearer in kept):
            kept.append((cluster, inside))
    return [cluster for cluster, _ in kept[:_MOST_CANDIDATES]]


def confirm(
    candidates: Sequence[FeatureCluster],
    outcome: NDArray[Any],
    features: NDArray[Any],
    *,
    direction: str = "max",
    smallest: int = 30,
    level: float = 0.95,
    seed: int = 0,
) -> list[tuple[FeatureCluster, SliceDifference]]:
    """Returns the candidates that are weak on other examples too, by Holm's rule over all of them.

    Args:
        candidates: What `weak_clusters` found elsewhere.
        outcome: `(examples,)` whether each was right, on test; or a number of each.
        features: `(examples, features)` of the same backbone.
        direction: Which way numbers are better: `"max"`, or `"min"` for losses.
        smallest: Fewest examples to say anything about.
        level: Confidence level; 1 - level is the largest adjusted p-value that confirms.
        seed: Seed of the permutations that give numbers their p-values.

    Example:
        >>> side = np.arange(400) % 2
        >>> features = np.stack([4.0 * side, np.arange(400) / 400], axis=1)
        >>> outcome = (side == 0) | (np.arange(400) % 4 == 1)
        >>> ((_, found),) = confirm(weak_clusters(outcome, features), outcome, features)
        >>> found.num_units, found.difference
        (200, -0.5)
    """
    by_name = {str(place): cluster for place, cluster in enumerate(candidates)}
    slices = [Slice("", name, one.members(features)) for name, one in by_name.items()]
    compared = compare_slices(
        np.asarray(outcome), slices, smallest=smallest, level=level, seed=seed
    )
    return [
        (by_name[item.value], item)
        for item in compared
        if is_worse(item, direction) and item.adjusted <= 1 - level
    ]


def _clusters(features: NDArray[np.float64], smallest: int, seed: int) -> list[FeatureCluster]:
    count = min(_COMPONENTS, features.shape[1], len(features) - 1)
    found = []
    with threadpool_limits(limits=1):  # sums in another order would give other bits
        reduced = PCA(count, random_state=seed, svd_solver="randomized").fit(features)
        axes = reduced.components_.T
        projected = (features - reduced.mean_) @ axes
        for size in _SIZES:
            if len(features) < 2 * smallest * size:
                break
            centres = KMeans(size, n_init=4, random_state=seed).fit(projected).cluster_centers_
            found += [FeatureCluster(reduced.mean_, axes, centres, k) for k in range(size)]
    return found
