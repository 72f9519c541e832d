"""Columns of a table with logistic regression: what everything else must beat on tables."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ftkeras.baselines import _logistic_regression
from ftkeras.baselines._columns import StandardColumns
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset

LARGEST = 100_000
"""Of more training examples some are taken: the penalty alone would take hours."""


@dataclass(frozen=True)
class ColumnsLogisticRegression:
    """Fits logistic regression on standardised numbers and one-hot categories.

    Missing numbers are the mean, with a column that says so. The L2 penalty is chosen by
    cross-validation inside the training part.

    Example:
        >>> import numpy as np
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> train = from_arrays([{"age": age} for age in range(20)], [0] * 10 + [1] * 10)
        >>> answer = ColumnsLogisticRegression().fit(train, train.labels, 2, seed=0)
        >>> (answer(train)[:, 0] > 0).astype(int).tolist() == train.labels.tolist()
        True
    """

    modalities = ("tabular",)
    kinds = ("classes", "labels")

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns the fitted model; see `contracts.baseline`."""
        answer = _logistic_regression.fit(StandardColumns, train.inputs, labels, num_classes, seed)
        return lambda examples: answer(examples.inputs)
