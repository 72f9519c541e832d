"""Word error rate against jiwer."""

import jiwer
import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.scores.word_error_rate import WordErrorRate
from tests.helpers.host_checks import PAIRS, check_host_metric, columns, drawn


@drawn(PAIRS, 150)
def test_it_equals_jiwer(pairs):
    y_true, y_pred = columns(pairs)
    found = WordErrorRate()(y_true, y_pred)
    if np.isnan(found):
        assert not "".join(y_true).strip()
    else:
        assert found == pytest.approx(jiwer.wer(y_true, y_pred), rel=1e-12)


def test_the_metric_counts_as_the_score_does():
    y_true = ["the cat sat", "hello", "one two three four", "end"]
    y_pred = ["the bat sat there", "hello", "two three", "and"]
    check_host_metric(metrics.WordErrorRate(), y_true, y_pred, y_true)


def test_more_words_than_were_said_cost_more_than_one():
    assert WordErrorRate()(["yes"], ["oh no not yes"]) == 3.0


def test_the_nearest_reference_counts():
    assert WordErrorRate()([["the cat sat", "a cat sat"]], ["a cat sat"]) == 0.0


def test_silence_heard_as_words_is_undefined_alone_and_an_insertion_among_others():
    assert np.isnan(WordErrorRate()([""], ["hello"]))
    assert WordErrorRate()(["", "one two"], ["hello", "one two"]) == 0.5
