"""ROUGE-N against rouge-score."""

import numpy as np
import pytest
from rouge_score.rouge_scorer import RougeScorer

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.scores.rouge_n import RougeN
from tests.helpers.host_checks import PAIRS, REFERENCED, check_host_metric, columns, drawn

THEIRS = {"precision": "precision", "recall": "recall", "f1": "fmeasure"}


def reference(y_true, y_pred, kind, measure):
    scorer = RougeScorer([kind])
    scores = [scorer.score(truth, answer) if isinstance(truth, str)
              else scorer.score_multi(truth, answer)
              for truth, answer in zip(y_true, y_pred, strict=True)]  # fmt: skip
    return np.mean([getattr(score[kind], THEIRS[measure]) for score in scores])


@pytest.mark.parametrize("measure", THEIRS)
@pytest.mark.parametrize("order", [1, 2])
@drawn(PAIRS, 30)
def test_it_equals_rouge_score(order, measure, pairs):
    y_true, y_pred = columns(pairs)
    expected = reference(y_true, y_pred, f"rouge{order}", measure)
    assert RougeN(order, measure)(y_true, y_pred) == pytest.approx(expected, abs=1e-12)


@drawn(REFERENCED, 30)
def test_the_reference_with_the_best_f1_counts(pairs):
    y_true, y_pred = columns(pairs)
    expected = reference(y_true, y_pred, "rouge1", "recall")
    assert RougeN(1, "recall")(y_true, y_pred) == pytest.approx(expected, abs=1e-12)


def test_the_metric_counts_as_the_score_does():
    y_true = ["the cat sat", "a dog barked", "rain fell on us", "the end"]
    y_pred = ["The cat!", "dogs barked", "snow fell on us", "the end"]
    check_host_metric(metrics.RougeN(2), y_true, y_pred, y_true)


STEMMED = [("The cats were running quickly", "a cat runs quick"), ("happily generalised", "happy generals"),
           ("sky skies dying tied ties", "skies sky die tie tied"), ("3 dogs' beds", "the dog's bedding")]  # fmt: skip


@pytest.mark.parametrize("order", [1, 2])
def test_stemmed_words_equal_rouge_score(order):
    scorer = RougeScorer([f"rouge{order}"], use_stemmer=True)
    y_true, y_pred = columns(STEMMED)
    each = [scorer.score(*pair)[f"rouge{order}"].fmeasure for pair in STEMMED]
    found = RougeN(order, stemmer=True)(y_true, y_pred)
    assert found == pytest.approx(np.mean(each), abs=1e-12)
    assert RougeN(1, stemmer=True)(y_true, y_pred) > RougeN(1)(y_true, y_pred)


def test_other_scripts_hold_no_word():
    assert RougeN()(["北京"], ["北京"]) == 0.0


@pytest.mark.parametrize("changed", [{"order": 0}, {"measure": "fmeasure"}])
def test_wrong_settings_are_refused(changed):
    with pytest.raises(UserError, match=next(iter(changed))):
        RougeN(**changed)
