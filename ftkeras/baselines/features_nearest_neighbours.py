"""The labels of the most similar training examples, as the frozen backbone sees similarity."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset
from ftkeras.statistics.nearest_neighbours import nearest_neighbours

_CANDIDATES = (1, 3, 5, 10, 20, 50)


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
        known = np.asarray(train.inputs, "float32")
        shares = np.maximum(np.bincount(labels, minlength=num_classes), 0.5)
        shares = shares / shares.sum()
        own = nearest_neighbours(known, known, max(_CANDIDATES), without_itself=True)
        candidates = [k for k in _CANDIDATES if k < len(labels)] or [1]
        losses = [
            -np.log(_probabilities(own, labels, shares, k)[np.arange(len(labels)), labels]).mean()
            for k in candidates
        ]
        count = candidates[int(np.argmin(losses))]

        def answer(examples: Dataset) -> NDArray[np.float32]:
            nearest = nearest_neighbours(np.asarray(examples.inputs, "float32"), known, count)
            logs = np.log(_probabilities(nearest, labels, shares, count))
            logits = logs if num_classes > 2 else logs[:, 1:] - logs[:, :1]
            return logits.astype("float32")

        return answer


def _probabilities(
    nearest: NDArray[np.int64], labels: NDArray[np.int64], shares: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """Returns `(examples, classes)` from the votes of the first `count` neighbours."""
    chosen = labels[nearest[:, :count]]
    votes = np.stack([(chosen == index).sum(axis=1) for index in range(len(shares))], axis=1)
    return (votes + shares) / (chosen.shape[1] + 1)
