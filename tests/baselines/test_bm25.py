import math
import re

import numpy as np

from ftkeras.baselines.bm25 import Bm25
from ftkeras.data.from_arrays import from_arrays
from ftkeras.data.query_lists import query_lists

DOCUMENTS = [
    ("red rose", "A rose is a rose"),
    ("red rose", "red RED red wine"),
    ("red rose", "nothing of the kind"),
    ("blue sea", "the blue deep sea, blue"),
    ("blue sea", "sea"),
]


def by_hand(query, document, documents, k=1.2, b=0.75):
    """The formula of Robertson and Zaragoza, word by word."""
    words = {each: re.findall(r"\w+", each.lower()) for each in {*documents, document}}
    mean = sum(len(words[each]) for each in documents) / len(documents)
    total = 0.0
    for term in set(re.findall(r"\w+", query.lower())):
        holding = sum(term in words[each] for each in documents)
        if not holding:
            continue
        idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
        tf = words[document].count(term)
        length = 1 - b + b * len(words[document]) / mean
        total += idf * (k + 1) * tf / (tf + k * length)
    return total


def lists(rows):
    return query_lists(from_arrays(rows, np.zeros(len(rows))))


def test_it_is_the_formula():
    train = lists(DOCUMENTS)
    answered = Bm25().fit(train, np.zeros((2, 3)), 1, seed=0)(train)
    documents = [document for _, document in DOCUMENTS]
    expected = [by_hand(query, document, documents) for query, document in DOCUMENTS]
    np.testing.assert_allclose(answered[0], expected[:3], rtol=1e-6)
    np.testing.assert_allclose(answered[1, :2], expected[3:], rtol=1e-6)
    assert answered[1, 2] == 0


def test_new_documents_are_weighed_as_the_training_part_knows_words():
    train, new = lists(DOCUMENTS), [("a red sea", "unknown words of the sea")]
    answered = Bm25(k=2.0, b=0.3).fit(train, np.zeros((2, 3)), 1, seed=0)(lists(new))
    documents = [document for _, document in DOCUMENTS]
    words = re.findall(r"\w+", " ".join(documents).lower())
    known = " ".join(word for word in new[0][1].split() if word in words)
    expected = by_hand(new[0][0], known, documents, k=2.0, b=0.3)
    np.testing.assert_allclose(answered, [[expected]], rtol=1e-6)
