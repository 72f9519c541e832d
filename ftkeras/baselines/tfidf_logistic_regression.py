"""Weighted words and word pairs with logistic regression: what deep models must beat on text."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from ftkeras.baselines import _logistic_regression
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.dataset import Dataset

# Words with their apostrophes (don't), and every other sign by itself: :) and ! carry sentiment.
_TOKEN = r"(?u)\w+(?:'\w+)?|[^\w\s]"  # noqa: S105  (a pattern, not a password)


@dataclass(frozen=True)
class TfidfLogisticRegression:
    """Fits logistic regression on TF-IDF of words, signs and pairs of neighbours.

    Sublinear term frequency (1 + log tf), smoothed inverse document frequency, rows of length 1;
    terms in one training text only are left out. The L2 penalty is chosen by cross-validation
    inside the training part.

    Example:
        >>> texts = np.array([f"{word} film {i}" for i in range(9) for word in ("good", "bad")])
        >>> train = Dataset("text", texts, texts.astype(object), texts, texts.astype(object))
        >>> answer = TfidfLogisticRegression().fit(train, np.array([1, 0] * 9), 2, seed=0)
        >>> answer(train.take([0, 1])).shape
        (2, 1)
    """

    modalities = ("text",)

    def fit(self, train: Dataset, labels: NDArray[np.int64], num_classes: int, seed: int) -> Answer:
        """Returns the fitted model; see `contracts.baseline`."""
        answer = _logistic_regression.fit(_Terms, train.inputs, labels, num_classes, seed)
        return lambda examples: answer(examples.inputs)


class _Terms:
    """TF-IDF of terms that stand in two texts or more, or of all where there is none such."""

    def fit_transform(self, texts: NDArray[np.object_]) -> object:
        for fewest_texts in (2, 1):
            self._terms = TfidfVectorizer(
                ngram_range=(1, 2), sublinear_tf=True, token_pattern=_TOKEN, min_df=fewest_texts
            )
            try:
                return self._terms.fit_transform(texts)
            except ValueError:  # nothing is left of the vocabulary
                if fewest_texts == 1:
                    raise
        raise AssertionError

    def transform(self, texts: NDArray[np.object_]) -> object:
        return self._terms.transform(texts)
