"""Words, signs and their pairs as weighted numbers."""

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

# Words with their apostrophes (don't), and every other sign by itself: :) and ! carry sentiment.
_TOKEN = r"(?u)\w+(?:'\w+)?|[^\w\s]"  # noqa: S105  (a pattern, not a password)


class Terms:
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
