"""Curves on the score distributions on which 200 probability thresholds are off by up to .26."""

import keras
import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import average_precision_score, roc_auc_score

from ftkeras import metrics


def drawn(positives, negatives, positive, negative, change=lambda scores: scores):
    rng = np.random.default_rng(0)
    scores = np.r_[rng.normal(*positive, positives), rng.normal(*negative, negatives)]
    labels = np.r_[np.ones(positives, int), np.zeros(negatives, int)]
    order = rng.permutation(len(labels))
    return labels[order], change(scores[order]).astype("float32")


HALF, RARE, MANY = 100_000, 1000, 999_000
DISTRIBUTIONS = {
    "overlapping": drawn(HALF, HALF, (1, 1), (-1, 1)),
    "confident": drawn(HALF, HALF, (12, 6), (-12, 6)),
    "one in a thousand": drawn(RARE, MANY, (-5, 2), (-9, 1.5)),
    "clicks": drawn(2 * RARE, MANY, (-6.5, 0.5), (-7, 0.5)),
    "hundredfold": drawn(HALF, HALF, (1, 1), (-1, 1), lambda scores: 100 * scores),
    "ties": drawn(HALF, HALF, (1, 1), (-1, 1), lambda scores: np.round(1.5 * scores) / 1.5),
}


def streamed(metric, labels, scores):
    for rows in np.array_split(np.arange(len(labels)), 7):
        metric.update_state(labels[rows], scores[rows])
    return float(metric.result())


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_area_is_within_its_bound_and_a_ten_thousandth(name):
    labels, scores = DISTRIBUTIONS[name]
    metric = metrics.AreaUnderRocCurve()
    error = abs(streamed(metric, labels, scores) - roc_auc_score(labels, scores))
    assert error <= metric.error_bound() + 1e-7
    assert error <= 1e-4


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_average_precision_is_within_its_bound(name):
    labels, scores = DISTRIBUTIONS[name]
    metric = metrics.AveragePrecision()
    error = abs(streamed(metric, labels, scores) - average_precision_score(labels, scores))
    assert error <= metric.error_bound() + 1e-7
    assert error <= 1e-3


def test_keras_itself_is_far_off_on_clicks():
    """What this is for: the same scores in Keras' own AUC."""
    labels, scores = DISTRIBUTIONS["clicks"]
    theirs = keras.metrics.AUC()
    theirs.update_state(labels, expit(scores))
    assert abs(float(theirs.result()) - roc_auc_score(labels, scores)) > 0.1


def test_scores_packed_too_close_are_told_by_the_bound():
    """Scores within .01 of each other share few buckets: the bound says what is not known."""
    labels, scores = drawn(2000, 98_000, (0.3, 1), (-0.3, 1), lambda scores: 5 + 0.01 * scores)
    metric = metrics.AreaUnderRocCurve()
    error = abs(streamed(metric, labels, scores) - roc_auc_score(labels, scores))
    assert error <= metric.error_bound()
    assert metric.error_bound() > 1e-3
    finer = metrics.AreaUnderRocCurve(num_buckets=2**20)
    streamed(finer, labels, scores)
    assert finer.error_bound() < metric.error_bound() / 20
