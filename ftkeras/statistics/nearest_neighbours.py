"""The most similar known examples of each one asked about, by cosine."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Similarities of that many pairs at once.
_BLOCK = 1 << 24


def nearest_neighbours(
    asked: NDArray[Any], known: NDArray[Any], count: int, without_itself: bool = False
) -> NDArray[np.int64]:
    """Returns `(asked, count)` rows of `known`, the most similar first, ties in their order.

    Features that are all zero have a similarity of 0 to everything. No more than a block of
    similarities is held at once.

    Args:
        asked: `(asked, features)`.
        known: `(known, features)`.
        count: How many; all there are, where there are fewer.
        without_itself: Whether `asked` is `known`, and no row is its own neighbour.

    Example:
        >>> points = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]])
        >>> nearest_neighbours(points, points, 1, without_itself=True).tolist()
        [[1], [0], [1]]
    """
    asked, known = _directions(asked), _directions(known)
    count = min(count, len(known) - without_itself)
    rows = max(1, _BLOCK // max(len(known), 1))
    found = []
    for start in range(0, len(asked), rows):
        similar = asked[start : start + rows] @ known.T
        if without_itself:
            block = np.arange(len(similar))
            similar[block, start + block] = -np.inf
        best = np.argpartition(-similar, count - 1, axis=1)[:, :count]
        best.sort(axis=1)
        order = np.argsort(-np.take_along_axis(similar, best, 1), axis=1, kind="stable")
        found.append(np.take_along_axis(best, order, 1))
    return np.concatenate(found) if found else np.zeros((0, count), "int64")


def _directions(features: NDArray[Any]) -> NDArray[Any]:
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return features / np.where(lengths > 0, lengths, 1)
