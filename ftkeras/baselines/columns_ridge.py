"""Columns of a table with ridge regression: what everything else must beat on tables."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ftkeras.baselines import _ridge
from ftkeras.baselines._columns import StandardColumns
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset

LARGEST = 100_000
"""Of more training examples some are taken: the penalty alone would take hours."""


@dataclass(frozen=True)
class ColumnsRidge:
    """Fits ridge regression on standardised numbers and one-hot categories.

    Missing numbers are the mean, with a column that says so. The penalty is chosen by
    cross-validation inside the training part.

    Example:
        >>> import numpy as np
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> train = from_arrays([{"age": age} for age in range(20)], [3.0 * a for a in range(20)])
        >>> answer = ColumnsRidge().fit(train, train.labels, 1, seed=0)
        >>> bool(abs(answer(train)[:, 0] - train.labels).max() < 0.1)
        True

    References:
        Hoerl and Kennard, 1970, Technometrics 12.
    """

    modalities = ("tabular",)
    kinds = ("numbers",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns the fitted model; see `contracts.baseline`."""
        answer = _ridge.fit(StandardColumns, train.inputs, labels, seed)
        return lambda examples: answer(examples.inputs)
