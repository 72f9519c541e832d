"""From class weights to balanced training parts."""

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.balance import Balanced


def weighted(labels: NDArray[np.int64], class_weights: NDArray[np.float64]) -> Balanced:
    """Returns every row once, with its class's weight, scaled so that the mean weight is 1.

    A mean of 1 keeps the learning rate's meaning: only the proportions change.
    """
    weights = class_weights[labels]
    return Balanced(np.arange(len(labels)), (weights / weights.mean()).astype("float32"))


def class_counts(labels: NDArray[np.int64], num_classes: int) -> NDArray[np.int64]:
    """Returns `(num_classes,)` examples of each class.

    Raises:
        ValueError: There are no examples, or labels outside [0, num_classes).
    """
    if not len(labels) or labels.min() < 0 or labels.max() >= num_classes:
        seen = (labels.min(), labels.max()) if len(labels) else "none"
        raise ValueError(
            f"Expected class indices in [0, {num_classes}). Received: labels from {seen}."
        )
    return np.bincount(labels, minlength=num_classes)
