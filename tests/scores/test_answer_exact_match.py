"""Exact match of answers against the rules of SQuAD's official script."""

import pytest

from ftkeras import metrics
from ftkeras.scores.answer_exact_match import AnswerExactMatch
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.paired import compare
from tests.helpers.host_checks import REFERENCED, check_host_metric, columns, drawn
from tests.helpers.squad_script import exact, mean_best

TRUE = ["the Eiffel Tower", "1889", "Paris", "in spring"]
PREDICTED = ["Eiffel tower!", "in 1889", "Paris", "an autumn"]


@drawn(REFERENCED, 80)
def test_it_follows_the_official_script(pairs):
    y_true, y_pred = columns(pairs)
    expected = mean_best(exact, y_true, y_pred)
    assert AnswerExactMatch()(y_true, y_pred) == pytest.approx(expected)


def test_the_metric_counts_as_the_score_does():
    check_host_metric(metrics.AnswerExactMatch(), TRUE, PREDICTED, TRUE)


def test_punctuation_inside_a_word_goes_and_articles_inside_a_word_stay():
    assert AnswerExactMatch()(["U.S.A."], ["usa"]) == 1.0
    assert AnswerExactMatch()(["theatre"], ["atre"]) == 0.0


def test_it_is_a_proportion():
    (found,) = measure([AnswerExactMatch()], TRUE, PREDICTED)
    assert (found.value, found.method) == (0.5, "Wilson")
    compared = compare(AnswerExactMatch(), TRUE, PREDICTED, TRUE, other="gold")
    assert compared.difference == -0.5
    assert "McNemar" in compared.method
