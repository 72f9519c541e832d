"""Words that two texts share, with logistic regression: what deep models must beat on pairs."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ftkeras.baselines import _logistic_regression
from ftkeras.baselines._pair_terms import PairTerms
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset

LARGEST = 100_000
"""Of more training examples some are taken: the penalty alone would take hours."""


@dataclass(frozen=True)
class TfidfPairLogisticRegression:
    """Fits logistic regression on `[|u - v|, u * v, u + v]` of the TF-IDF of both texts.

    The terms are those of `TfidfLogisticRegression`; the L2 penalty is chosen by cross-validation
    inside the training part.

    Example:
        >>> import numpy as np
        >>> from ftkeras.data.from_arrays import from_arrays
        >>> pairs = [(f"word{i}", f"word{i if i % 2 else i + 1}") for i in range(30)]
        >>> train = from_arrays(pairs, [i % 2 for i in range(30)])
        >>> answer = TfidfPairLogisticRegression().fit(train, train.labels, 2, seed=0)
        >>> (answer(train)[:, 0] > 0).astype(int).tolist() == train.labels.tolist()
        True
    """

    modalities = ("text_pair",)
    kinds = ("classes", "labels")

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns the fitted model; see `contracts.baseline`."""
        answer = _logistic_regression.fit(PairTerms, train.inputs, labels, num_classes, seed)
        return lambda examples: answer(examples.inputs)
