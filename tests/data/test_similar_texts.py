import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftkeras.data import similar_texts as module
from ftkeras.data.similar_texts import similar_texts


def brute_force(texts, similarity):
    """Every pair, set by set, from the definition."""
    sets = []
    for text in texts:
        plain = re.sub(r"[^a-z0-9]+", " ", text.casefold()).strip()
        sets.append({plain[place : place + 5] for place in range(len(plain) - 4)})
    return [
        [first, second]
        for first in range(len(texts))
        for second in range(first + 1, len(texts))
        if sets[first]
        and sets[second]
        and len(sets[first] & sets[second]) >= similarity * len(sets[first] | sets[second]) - 1e-9
    ]


_WORDS = st.lists(st.sampled_from(["aa", "b!", "Cab", "dd d", "ab"]), max_size=8).map(" ".join)


@settings(deadline=None, max_examples=200)
@given(
    texts=st.lists(_WORDS, min_size=1, max_size=14),
    similarity=st.sampled_from([0.3, 0.5, 0.7, 0.8, 0.9, 1.0]),
)
def test_exactly_the_pairs_of_the_definition_are_found(texts, similarity):
    found = similar_texts(np.array(texts, dtype=object), similarity)
    assert found.tolist() == brute_force(texts, similarity)


@pytest.mark.parametrize("rows_at_once", [1, 7])
def test_blocks_of_rows_do_not_matter(monkeypatch, rows_at_once):
    random = np.random.default_rng(0)
    texts = np.array(
        [" ".join(random.choice(["red", "green", "blue", "white"], 6)) for _ in range(60)], object
    )
    expected = similar_texts(texts, 0.6)
    monkeypatch.setattr(module, "_ROWS_AT_ONCE", rows_at_once)
    np.testing.assert_array_equal(similar_texts(texts, 0.6), expected)
    assert len(expected) > 10
    assert len(similar_texts(texts, 0.6, max_pairs=3)) == 3


def test_a_word_changed_in_twenty_is_found_and_unrelated_texts_are_not():
    random = np.random.default_rng(1)
    vocabulary = np.array([f"{a}{b}{c}{a}" for a in "abdfg" for b in "aeiou" for c in "lmnrst"])
    originals = [list(random.choice(vocabulary, 20)) for _ in range(300)]
    changed = [[*words] for words in originals]
    for words in changed:
        words[random.integers(20)] = "another"
    texts = np.array([" ".join(words) for words in [*originals, *changed]], dtype=object)
    pairs = {tuple(pair) for pair in similar_texts(texts, 0.8).tolist()}
    planted = {(row, row + 300) for row in range(300)}
    assert len(pairs & planted) >= 0.95 * len(planted)
    assert pairs <= planted
