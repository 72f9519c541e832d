"""Token F1 of answers against the rules of SQuAD's official scripts."""

import pytest

from ftkeras import metrics
from ftkeras.scores.answer_f1_score import AnswerF1Score
from tests.helpers.host_checks import REFERENCED, check_host_metric, columns, drawn
from tests.helpers.squad_script import f1, mean_best


@pytest.mark.parametrize("version", [1, 2])
@drawn(REFERENCED, 80)
def test_it_follows_the_official_scripts(version, pairs):
    y_true, y_pred = columns(pairs)
    expected = mean_best(f1, y_true, y_pred, version=version)
    assert AnswerF1Score(no_answer=version == 2)(y_true, y_pred) == pytest.approx(expected)


def test_the_metric_counts_as_the_score_does():
    y_true = ["the Eiffel Tower", ["1889", "in 1889"], "Paris", "in spring"]
    best = ["Eiffel Tower", "in 1889", "paris", "In spring."]
    y_pred = ["tower", "1889", "the city of Paris", "autumn"]
    check_host_metric(metrics.AnswerF1Score(), y_true, y_pred, best)


def test_saying_nothing_is_right_only_where_there_is_no_answer():
    assert AnswerF1Score(no_answer=True)([[""], "Paris"], ["", ""]) == 0.5
    assert AnswerF1Score()([[""], "Paris"], ["", ""]) == 0.0
