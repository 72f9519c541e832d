import math

import numpy as np

from ftkeras.statistics import typical_terms as module
from ftkeras.statistics.typical_terms import typical_terms


def test_words_are_ordered_as_the_papers_formula_orders_them():
    """Monroe et al., 2008, eq. 22, word by word."""
    rng = np.random.default_rng(0)
    vocabulary = [f"word{k}" for k in range(12)]
    shares = rng.random((2, 12)) * 0.5 + 0.02
    inside = np.arange(300) < 120
    texts = [
        " ".join(w for w, p in zip(vocabulary, shares[int(one)], strict=True) if rng.random() < p)
        for one in inside
    ]
    here = [sum(w in t.split() for t, one in zip(texts, inside, strict=True) if one)
            for w in vocabulary]  # fmt: skip
    there = [sum(w in t.split() for t, one in zip(texts, inside, strict=True) if not one)
             for w in vocabulary]  # fmt: skip
    total = sum(here) + sum(there)
    score = {}
    for word, y, z in zip(vocabulary, here, there, strict=True):
        a, a0 = 10 * (y + z) / total, 10
        delta = math.log((y + a) / (sum(here) + a0 - y - a))
        delta -= math.log((z + a) / (sum(there) + a0 - z - a))
        score[word] = delta / math.sqrt(1 / (y + a) + 1 / (z + a))
    expected = [w for w in sorted(score, key=lambda w: -score[w]) if score[w] >= 1.96]
    assert expected
    assert typical_terms(texts, inside, most=12) == expected
    assert typical_terms(texts, inside, most=1) == expected[:1]


def test_a_word_that_is_repeated_in_one_text_is_not_typical():
    texts = ["spam " * 50, *["plain words"] * 30, *["other words"] * 30]
    assert typical_terms(texts, np.arange(61) < 31) == ["plain"]


def test_chinese_is_read_sign_by_sign():
    texts = ["这部电影很差"] * 8 + ["这部电影很好"] * 8
    assert typical_terms(texts, np.arange(16) < 8) == ["差"]


def test_without_words_or_others_nothing_is_typical():
    assert typical_terms(["?!", "..."], np.array([True, False])) == []
    assert typical_terms(["a word"] * 4, np.ones(4, bool)) == []
    assert module.typical_terms(["a word"] * 4, np.zeros(4, bool)) == []
