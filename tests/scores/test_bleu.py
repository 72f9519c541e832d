"""BLEU against sacrebleu."""

import numpy as np
import pytest
import sacrebleu

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.scores.bleu import Bleu
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.paired import compare
from tests.helpers.host_checks import PAIRS, REFERENCED, check_host_metric, columns, drawn

TRUE = ["The cat sat on the mat.", "It's 3.5 km to 北京, isn't it?", "A dog barked.", "Rain fell."]
PREDICTED = [
    "The cat sat on a mat.",
    "It is 3.5 km to 北京, right?",
    "The dog barked.",
    "Rain fell",
]
WORDS = ["the", "a", "cat", "dog", "sat", "ran", "on", "under", "mat", "tree", "today"]
SETTINGS = [
    {},
    {"smoothing": "floor"},
    {"smoothing": "floor", "smoothing_value": 0.5},
    {"smoothing": "add-k"},
    {"smoothing": "add-k", "smoothing_value": 2.0},
    {"smoothing": "none"},
    {"effective_order": True},
    {"tokenizer": "char", "lowercase": True},
    {"tokenizer": "none", "max_order": 2},
]


def reference(y_true, y_pred, **changed):
    names = {"max_order": "max_ngram_order", "smoothing": "smooth_method",
             "smoothing_value": "smooth_value", "tokenizer": "tokenize"}  # fmt: skip
    changed = {names.get(key, key): value for key, value in changed.items()}
    scorer = sacrebleu.BLEU(**changed)
    truths = [[one] if isinstance(one, str) else one for one in y_true]
    return scorer.corpus_score(y_pred, list(zip(*truths, strict=True))).score


@pytest.mark.parametrize("changed", SETTINGS, ids=str)
@drawn(PAIRS, 40)
def test_it_equals_sacrebleu(changed, pairs):
    y_true, y_pred = columns(pairs)
    found = Bleu(**changed)(y_true, y_pred)
    if np.isnan(found):
        assert not "".join(y_true).replace("-\n", "").strip()
    else:
        assert found == pytest.approx(reference(y_true, y_pred, **changed), rel=1e-9, abs=1e-9)


@drawn(REFERENCED, 100)
def test_it_equals_sacrebleu_with_several_references(pairs):
    y_true, y_pred = columns(pairs)
    found = Bleu()(y_true, y_pred)
    if not np.isnan(found):
        assert found == pytest.approx(reference(y_true, y_pred), rel=1e-9, abs=1e-9)


def test_the_metric_counts_as_the_score_does():
    check_host_metric(metrics.Bleu(), TRUE, PREDICTED, TRUE)


def test_empty_texts():
    assert Bleu()(["a cat", "a dog"], ["", ""]) == 0.0
    assert Bleu()(["a cat sat down", ""], ["a cat sat down", ""]) == pytest.approx(100.0)
    assert np.isnan(Bleu()(["", ""], ["a", ""]))


def test_bytes_and_tensors_are_read_as_texts():
    encoded = [text.encode() for text in PREDICTED]
    assert Bleu()(TRUE, encoded) == Bleu()(TRUE, PREDICTED)
    assert Bleu()(np.array(TRUE), np.array(PREDICTED)) == Bleu()(TRUE, PREDICTED)


def test_an_interval_resamples_sentences():
    rng = np.random.default_rng(0)
    words = np.array(WORDS)
    y_true = np.array(
        [" ".join(rng.choice(words, rng.integers(5, 12))) for _ in range(120)], object
    )
    noisy = [_noisy(text, 0.3, rng, words) for text in y_true]
    (found,) = measure([Bleu()], y_true, np.array(noisy, object), resamples=500)
    assert found.value == pytest.approx(reference(list(y_true), noisy))
    # sacrebleu's own bootstrap of the same corpus, with another generator.
    theirs = sacrebleu.BLEU().corpus_score(noisy, [list(y_true)], n_bootstrap=500)
    assert found.num_units == 120
    assert (found.high - found.low) / 2 == pytest.approx(theirs._ci, rel=0.2)


def test_a_comparison_is_paired():
    rng = np.random.default_rng(1)
    words = np.array(WORDS)
    y_true = np.array([" ".join(rng.choice(words, rng.integers(5, 12))) for _ in range(80)], object)
    good, same, bad = (np.array([_noisy(text, rate, rng, words) for text in y_true], object)
                       for rate in (0.2, 0.2, 0.4))  # fmt: skip
    better = compare(Bleu(), y_true, good, bad, other="bad", resamples=500)
    assert better.difference == pytest.approx(Bleu()(y_true, good) - Bleu()(y_true, bad))
    assert better.low > 0
    assert better.p_value < 0.01
    alike = compare(Bleu(), y_true, good, same, other="same", resamples=500)
    assert alike.low < 0 < alike.high
    assert alike.p_value > 0.05


def _noisy(text, rate, rng, words):
    return " ".join(rng.choice(words) if rng.random() < rate else word for word in text.split())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"smoothing": "exponential"}, "smoothing='exponential'"),
        ({"smoothing_value": 0.1}, "smoothing_value=0.1"),
        ({"tokenizer": "14a"}, "tokenizer='14a'"),
        ({"max_order": 0}, "max_order=0"),
    ],
)
def test_wrong_settings_are_refused(changed, message):
    with pytest.raises(UserError, match=message):
        Bleu(**changed)


def test_wrong_inputs_are_refused():
    with pytest.raises(UserError, match="a single str"):
        Bleu()("a cat", "a cat")
    with pytest.raises(UserError, match="Expected a text"):
        Bleu()(["a cat"], [[1, 2]])
    with pytest.raises(UserError, match="at least one reference"):
        Bleu()([[]], ["a cat"])
    with pytest.raises(UserError, match="1 predictions and 2 labels"):
        Bleu()(["a", "b"], ["a"])
