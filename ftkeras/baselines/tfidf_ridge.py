"""Weighted words and word pairs with ridge regression: what deep models must beat on text."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ftkeras.baselines import _ridge
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset
from ftkeras.statistics.weighted_terms import WeightedTerms

LARGEST = 100_000
"""Of more training examples some are taken: the penalty alone would take hours."""


@dataclass(frozen=True)
class TfidfRidge:
    """Fits ridge regression on TF-IDF of words, signs and pairs of neighbours.

    The terms are those of `TfidfLogisticRegression`; the penalty is chosen by cross-validation
    inside the training part.

    Example:
        >>> import numpy as np
        >>> texts = np.array([f"{word} film {i}" for i in range(9) for word in ("good", "bad")])
        >>> train = Dataset("text", texts, texts.astype(object), texts, texts.astype(object))
        >>> answer = TfidfRidge().fit(train, np.array([4.5, 1.5] * 9), 1, seed=0)
        >>> print(answer(train.take([0, 1])).round().ravel().tolist())
        [4.0, 2.0]

    References:
        Hoerl and Kennard, 1970, Technometrics 12.
    """

    modalities = ("text",)
    kinds = ("numbers",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Returns the fitted model; see `contracts.baseline`."""
        answer = _ridge.fit(WeightedTerms, train.inputs, labels, seed)
        return lambda examples: answer(examples.inputs)
