"""Mean sentence BLEU against sacrebleu."""

import numpy as np
import pytest
import sacrebleu

from ftkeras import metrics
from ftkeras.scores.sentence_bleu import SentenceBleu
from tests.helpers.host_checks import PAIRS, check_host_metric, columns, drawn


@drawn(PAIRS, 100)
def test_it_is_the_mean_of_what_sacrebleu_gives_each_sentence(pairs):
    y_true, y_pred = columns(pairs)
    each = [sacrebleu.sentence_bleu(answer, [truth]).score for truth, answer in pairs]
    assert SentenceBleu()(y_true, y_pred) == pytest.approx(np.mean(each), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("smoothing", ["floor", "add-k", "none"])
def test_smoothing_is_that_of_sacrebleu(smoothing):
    y_true, y_pred = ["the cat sat on the mat"], ["the cat is on a mat"]
    expected = sacrebleu.sentence_bleu(y_pred[0], y_true, smooth_method=smoothing).score
    assert SentenceBleu(smoothing=smoothing)(y_true, y_pred) == pytest.approx(expected)


def test_the_metric_counts_as_the_score_does():
    y_true = ["The cat sat.", "A dog barked at it.", "Rain fell.", "The end"]
    y_pred = ["The cat sat!", "A dog barked.", "Snow fell.", "The end"]
    check_host_metric(metrics.SentenceBleu(), y_true, y_pred, y_true)
