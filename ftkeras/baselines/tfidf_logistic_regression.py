"""Weighted words and word pairs with logistic regression: what deep models must beat on text."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ftkeras.baselines import _logistic_regression
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset
from ftkeras.statistics.weighted_terms import WeightedTerms

LARGEST = 100_000
"""Of more training examples some are taken: the penalty alone would take hours."""


@dataclass(frozen=True)
class TfidfLogisticRegression:
    """Fits logistic regression on TF-IDF of words, signs and pairs of neighbours.

    Sublinear term frequency (1 + log tf), smoothed inverse document frequency, rows of length 1;
    terms in one training text only are left out. The L2 penalty is chosen by cross-validation
    inside the training part. With several labels there is one regression a label.

    Example:
        >>> import numpy as np
        >>> texts = np.array([f"{word} film {i}" for i in range(9) for word in ("good", "bad")])
        >>> train = Dataset("text", texts, texts.astype(object), texts, texts.astype(object))
        >>> answer = TfidfLogisticRegression().fit(train, np.array([1, 0] * 9), 2, seed=0)
        >>> answer(train.take([0, 1])).shape
        (2, 1)
    """

    modalities = ("text",)
    kinds = ("classes", "labels")

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns the fitted model; see `contracts.baseline`."""
        answer = _logistic_regression.fit(WeightedTerms, train.inputs, labels, num_classes, seed)
        return lambda examples: answer(examples.inputs)
