"""TF-IDF, against its formula."""

import numpy as np
import pytest

from ftkeras.statistics.weighted_terms import WeightedTerms


def weighed(counts, documents, texts):
    weights = (1 + np.log(counts)) * (1 + np.log((1 + texts) / (1 + np.array(documents))))
    return weights / np.linalg.norm(weights)


def test_terms_are_words_signs_and_pairs_that_stand_in_two_texts():
    texts = ["don't !", "Don't ! !", "don't", "other"]
    table = WeightedTerms().fit_transform(texts).toarray()  # !, don't, and both
    assert table.shape == (4, 3)
    assert table[1] == pytest.approx(weighed([2, 1, 1], [2, 3, 2], 4))
    assert table[3].tolist() == [0, 0, 0]


def test_where_no_term_stands_in_two_texts_all_are_taken():
    terms = WeightedTerms()
    assert terms.fit_transform(np.array(["one", "two"], object)).shape == (2, 2)
    assert terms.transform(["two two"]).toarray().tolist() == [[0, 1]]


def test_texts_without_a_term_are_refused():
    with pytest.raises(ValueError, match="vocabulary"):
        WeightedTerms().fit_transform(["", " "])
