"""The labels of the most similar training examples, as the frozen backbone sees similarity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset

_CANDIDATES = (1, 3, 5, 10, 20, 50)
# A block of similarities of that many entries at once.
_BLOCK = 1 << 24


@dataclass(frozen=True)
class FeaturesNearestNeighbours:
    """Votes of the k training examples with the largest cosine similarity of frozen features.

    The number of neighbours is the one of 1, 3, 5, 10, 20 and 50 with the least log loss when each
    training example is answered by the others. A class with v of k votes has probability
    (v + q) / (k + 1), with q its share of the training part, so that none is impossible.

    It has nothing to train: whatever it gets right, the backbone already knew.

    Example:
        >>> labels = np.arange(40) % 2
        >>> angles = labels + np.linspace(0, 0.5, 40)
        >>> features = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        >>> names = np.arange(40).astype(str)
        >>> train = Dataset("features", names, features, labels, names)
        >>> answer = FeaturesNearestNeighbours().fit(train, labels, num_classes=2, seed=0)
        >>> ((answer(train)[:, 0] > 0) == labels).all()
        np.True_

    References:
        Cover and Hart, 1967, IEEE Transactions on Information Theory 13.
    """

    modalities = ("features",)

    def fit(self, train: Dataset, labels: NDArray[np.int64], num_classes: int, seed: int) -> Answer:
        """Returns what votes; see `contracts.baseline`. Inputs are `(examples, features)`."""
        known = _directions(train.inputs)
        shares = np.maximum(np.bincount(labels, minlength=num_classes), 0.5)
        shares = shares / shares.sum()
        # The nearest of a training example is itself.
        own = _nearest(known, known, 1 + max(_CANDIDATES), without_itself=True)
        candidates = [k for k in _CANDIDATES if k < len(labels)] or [1]
        losses = [
            -np.log(_probabilities(own, labels, shares, k)[np.arange(len(labels)), labels]).mean()
            for k in candidates
        ]
        count = candidates[int(np.argmin(losses))]

        def answer(examples: Dataset) -> NDArray[np.float32]:
            nearest = _nearest(_directions(examples.inputs), known, count)
            logs = np.log(_probabilities(nearest, labels, shares, count))
            logits = logs if num_classes > 2 else logs[:, 1:] - logs[:, :1]
            return logits.astype("float32")

        return answer


def _directions(features: NDArray[np.float32]) -> NDArray[np.float32]:
    features = np.asarray(features, "float32")
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return features / np.maximum(lengths, np.finfo(np.float32).tiny)


def _nearest(
    asked: NDArray[np.float32],
    known: NDArray[np.float32],
    count: int,
    without_itself: bool = False,
) -> NDArray[np.int64]:
    """Returns `(asked, count)` rows of the most similar, nearest first, ties in their order."""
    count = min(count, len(known) - without_itself)
    rows = max(1, _BLOCK // len(known))
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


def _probabilities(
    nearest: NDArray[np.int64], labels: NDArray[np.int64], shares: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """Returns `(examples, classes)` from the votes of the first `count` neighbours."""
    chosen = labels[nearest[:, :count]]
    votes = np.stack([(chosen == index).sum(axis=1) for index in range(len(shares))], axis=1)
    return (votes + shares) / (chosen.shape[1] + 1)
