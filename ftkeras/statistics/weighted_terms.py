"""Words, signs and their pairs as weighted numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

# Words with their apostrophes (don't), and every other sign by itself: :) and ! carry sentiment.
_TOKEN = r"(?u)\w+(?:'\w+)?|[^\w\s]"  # noqa: S105  (a pattern, not a password)


class WeightedTerms:
    """TF-IDF of terms that stand in two texts or more, or of all where there is none such.

    A term is a word, a sign or a pair of neighbours. It weighs `(1 + log f) (1 + log((1 + n) / (1 +
    d)))` where it stands f times in a text and in d of n texts; each row has length 1.

    Example:
        >>> terms = WeightedTerms()
        >>> terms.fit_transform(["good :)", "good :("]).shape
        (2, 3)
        >>> terms.transform(["never seen"]).nnz
        0
    """

    def fit_transform(self, texts: "Sequence[str] | NDArray[np.object_]") -> Any:
        """Returns `(texts, terms)`, sparse, of the texts that the terms and weights are from.

        Args:
            texts: Texts.

        Raises:
            ValueError: No text has a term.
        """
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

    def transform(self, texts: "Sequence[str] | NDArray[np.object_]") -> Any:
        """Returns `(texts, terms)`, sparse, of other texts; unknown terms count as nothing.

        Args:
            texts: Texts.
        """
        return self._terms.transform(texts)
