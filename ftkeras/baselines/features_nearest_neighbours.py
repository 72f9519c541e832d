"""The labels of the most similar training examples, as the frozen backbone sees similarity."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset
from ftkeras.statistics.nearest_neighbours import nearest_neighbours

_CANDIDATES = (1, 3, 5, 10, 20, 50)

LARGEST = 20_000
"""Of more training examples, which are all compared with each other, some are taken."""


@dataclass(frozen=True)
class FeaturesNearestNeighbours:
    """Votes of the k training examples with the largest cosine similarity of frozen features.

    The number of neighbours is the one of 1, 3, 5, 10, 20 and 50 with the least log loss when each
    training example is answered by the others. A class with v of k votes has probability
    (v + q) / (k + 1), with q its share of the training part, so that none is impossible; so has a
    label of several. Numbers are averaged, and k is that of the least squared error.

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
    kinds = ("classes", "labels", "numbers")

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns what votes; see `contracts.baseline`. Inputs are `(examples, features)`."""
        known = np.asarray(train.inputs, "float32")
        own = nearest_neighbours(known, known, max(_CANDIDATES), without_itself=True)
        candidates = [k for k in _CANDIDATES if k < len(labels)] or [1]
        voted = _votes_of(labels, num_classes)
        losses = [voted.loss(own[:, :k], labels) for k in candidates]
        count = candidates[int(np.argmin(losses))]

        def answer(examples: Dataset) -> NDArray[np.float32]:
            nearest = nearest_neighbours(np.asarray(examples.inputs, "float32"), known, count)
            return voted.logits(nearest).astype("float32")

        return answer


class _Votes(Protocol):
    """What the labels of neighbours say together."""

    def logits(self, nearest: NDArray[np.int64]) -> NDArray[np.float64]:
        """Returns `(examples, outputs)` for `(examples, neighbours)` rows."""

    def loss(self, nearest: NDArray[np.int64], labels: NDArray[Any]) -> float:
        """Returns the mean loss of these answers."""


def _votes_of(labels: NDArray[Any], num_classes: int) -> _Votes:
    if np.issubdtype(labels.dtype, np.floating):
        return _Numbers(labels.reshape(len(labels), -1))
    return _Classes(labels, num_classes) if labels.ndim == 1 else _Labels(labels)


class _Classes:
    def __init__(self, labels: NDArray[np.int64], num_classes: int) -> None:
        shares = np.maximum(np.bincount(labels, minlength=num_classes), 0.5)
        self._labels, self._shares = labels, shares / shares.sum()

    def probabilities(self, nearest: NDArray[np.int64]) -> NDArray[np.float64]:
        """Returns `(examples, classes)` from the votes of the neighbours."""
        chosen = self._labels[nearest]
        votes = np.stack(
            [(chosen == index).sum(axis=1) for index in range(len(self._shares))], axis=1
        )
        return (votes + self._shares) / (chosen.shape[1] + 1)

    def logits(self, nearest: NDArray[np.int64]) -> NDArray[np.float64]:
        logs = np.log(self.probabilities(nearest))
        return logs if len(self._shares) > 2 else logs[:, 1:] - logs[:, :1]

    def loss(self, nearest: NDArray[np.int64], labels: NDArray[Any]) -> float:
        rows = np.arange(len(labels))
        return float(-np.log(self.probabilities(nearest)[rows, labels]).mean())


class _Labels:
    def __init__(self, labels: NDArray[np.int8]) -> None:
        holds = np.clip(labels.sum(axis=0), 0.5, len(labels) - 0.5)
        self._labels, self._shares = labels, holds / len(labels)

    def logits(self, nearest: NDArray[np.int64]) -> NDArray[np.float64]:
        votes = self._labels[nearest].sum(axis=1) + self._shares
        return np.log(votes) - np.log(nearest.shape[1] + 1 - votes)

    def loss(self, nearest: NDArray[np.int64], labels: NDArray[Any]) -> float:
        signs = np.where(labels == 1, -1.0, 1.0)
        return float(np.logaddexp(0, signs * self.logits(nearest)).mean())


class _Numbers:
    def __init__(self, labels: NDArray[np.float64]) -> None:
        spread = labels.std(axis=0)
        self._labels, self._spread = labels, np.where(spread > 0, spread, 1)

    def logits(self, nearest: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(self._labels[nearest].mean(axis=1))

    def loss(self, nearest: NDArray[np.int64], labels: NDArray[Any]) -> float:
        error = (self.logits(nearest) - labels.reshape(len(labels), -1)) / self._spread
        return float((error**2).mean())
