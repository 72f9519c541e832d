"""Baselines of tags: what can be known without a network."""

import numpy as np
import pytest
from scipy.special import softmax

from ftkeras.baselines.frequent_tag import FrequentTag
from ftkeras.baselines.majority import Majority
from ftkeras.baselines.word_window_logistic_regression import (
    WordWindowLogisticRegression,
    _Tagger,
)
from ftkeras.contracts.dataset import Dataset
from ftkeras.tasks.token_classification import TokenClassification
from tests.helpers.tagged_texts import tagged

TASK = TokenClassification()


def dataset(words):
    rows = np.empty(len(words), object)
    rows[:] = [tuple(text) for text in words]
    ids = np.array([str(row) for row in range(len(words))])
    return Dataset("words", ids, rows, ids, ids.astype(object))


def encoded(tags):
    rows = np.empty(len(tags), object)
    rows[:] = [tuple(row) for row in tags]
    vocabulary = TASK.fit_labels(rows)
    return TASK.encode(rows, vocabulary), vocabulary.class_names


def answered(baseline, seed=1):
    """What it says of other texts: names of tags, and what is true."""
    words, tags = tagged(60, seed)
    labels, names = encoded(tags)
    answer = baseline.fit(dataset(words), labels, len(names), seed=0)
    new, true = tagged(20, seed + 1)
    logits = answer(dataset(new))
    assert logits.dtype == np.float32
    assert logits.shape == (20, max(map(len, new)), len(names))
    said = [[names[k] for k in row[: len(text)].argmax(axis=-1)]
            for row, text in zip(logits, new, strict=True)]  # fmt: skip
    assert all(not row[len(text) :].any() for row, text in zip(logits, new, strict=True))
    return said, true


def test_the_majority_answers_outside_for_every_word():
    said, _ = answered(Majority())
    assert {tag for row in said for tag in row} == {"O"}
    words, tags = tagged(30)
    labels, names = encoded(tags)
    logits = Majority().fit(dataset(words), labels, len(names), 0)(dataset(words))
    shares = np.bincount(labels[labels >= 0], minlength=len(names)) / (labels >= 0).sum()
    kept = np.maximum(shares * (labels >= 0).sum(), 0.5)
    np.testing.assert_allclose(softmax(logits[0, 0]), kept / kept.sum(), rtol=1e-5)


def test_a_word_gets_the_tag_it_had_most_often_and_a_new_one_that_of_all():
    words = [["May", "June", "may"], ["May", "may"], ["May", "x"]]
    labels, names = encoded([["B-PER", "O", "O"], ["B-PER", "O"], ["O", "O"]])
    answer = FrequentTag().fit(dataset(words), labels, len(names), seed=0)
    said = answer(dataset([["May", "may", "new", "June"]])).argmax(axis=-1)
    assert [names[k] for k in said[0]] == ["B-PER", "O", "O", "O"]


def test_of_tags_a_word_had_equally_often_the_more_frequent_one_is_taken():
    labels, names = encoded([["B-PER", "B-LOC"], ["O", "O", "O", "O"], ["B-LOC"]])
    words = [["May", "May"], ["a", "b", "c", "d"], ["Bern"]]
    answer = FrequentTag().fit(dataset(words), labels, len(names), seed=0)
    assert names[answer(dataset([["May"]])).argmax()] == "B-LOC"


@pytest.mark.parametrize("word", ["I", "Bern"])
def test_what_stands_at_one_training_word_only_is_no_feature(word):
    texts = [["to", word, "to", "to"], ["to", "to"]]
    tagger = _Tagger(texts, [np.array([0, 1, 0, 0]), np.array([0, 0])], 1.0)
    known = set(tagger._vectorizer.feature_names_)
    assert known >= {"<t", ">to", "0w=to"}
    assert not {f"<{word[0]}", f">{word[-1]}", f"0w={word.lower()}", ""} & known


def test_what_words_alone_tell_is_found_by_both():
    for baseline in (FrequentTag(), WordWindowLogisticRegression()):
        said, true = answered(baseline)
        assert said == true


def test_a_neighbour_tells_what_the_word_does_not():
    rng = np.random.default_rng(0)
    words, tags = [], []
    for row in range(80):
        title = bool(rng.random() < 0.5)
        words.append(["Mr" if title else "in", "Bern", f"{row}"])
        tags.append(["O", "B-PER" if title else "B-LOC", "O"])
    labels, names = encoded(tags)
    parts = dataset(words[:60]), dataset(words[60:])
    found = {}
    for baseline in (FrequentTag(), WordWindowLogisticRegression()):
        answer = baseline.fit(parts[0], labels[:60], len(names), seed=0)
        said = answer(parts[1]).argmax(axis=-1)
        found[type(baseline)] = np.mean(said[:, 1] == labels[60:, 1])
    assert found[WordWindowLogisticRegression] == 1
    assert found[FrequentTag] < 0.9


@pytest.mark.parametrize("baseline", [FrequentTag(), WordWindowLogisticRegression()])
def test_a_part_with_one_tag_is_answered_with_it(baseline):
    labels = np.zeros((6, 2), "int64")
    words = [["a", f"{row}"] for row in range(6)]
    answer = baseline.fit(dataset(words), labels, 3, seed=0)
    assert (answer(dataset([["b"], ["a", "c"]])).argmax(axis=-1) == 0).all()
