"""ROUGE-L against rouge-score."""

import numpy as np
import pytest
from rouge_score.rouge_scorer import RougeScorer

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.scores.rouge_l import RougeL
from tests.helpers.host_checks import PAIRS, check_host_metric, columns, drawn

THEIRS = {"precision": "precision", "recall": "recall", "f1": "fmeasure"}


@pytest.mark.parametrize("measure", THEIRS)
@drawn(PAIRS, 60)
def test_it_equals_rouge_score(measure, pairs):
    scorer = RougeScorer(["rougeL"])
    each = [scorer.score(*pair)["rougeL"] for pair in pairs]
    expected = np.mean([getattr(score, THEIRS[measure]) for score in each])
    assert RougeL(measure)(*columns(pairs)) == pytest.approx(expected, abs=1e-12)


def test_the_metric_counts_as_the_score_does():
    y_true = ["the cat sat down", "a dog barked", "rain fell on us", "the end"]
    y_pred = ["the dog sat down", "dogs barked", "on us fell rain", "the end"]
    check_host_metric(metrics.RougeL(), y_true, y_pred, y_true)


def test_wrong_settings_are_refused():
    with pytest.raises(UserError, match="measure='lcs'"):
        RougeL("lcs")
