"""MultilabelLogLoss against scikit-learn's log loss of each label."""

import functools

import numpy as np
import pytest
from scipy.special import expit, log_expit
from sklearn.metrics import log_loss

from ftkeras import metrics
from tests.helpers.families.multilabel import Multilabel, with_unknown_labels
from tests.helpers.metric_checks import check_metric, value_of


def reference(one):
    truths, shares = one.y_true, expit(one.predictions.astype("float64"))
    each = [
        log_loss(truths[:, k], shares[:, k], labels=[0, 1], sample_weight=one.weights)
        for k in range(truths.shape[1])
    ]
    return np.mean(each)


def test_it_equals_scikit_learn_and_passes_every_check():
    build = functools.partial(metrics.MultilabelLogLoss, 4)
    check_metric(build, reference, family=Multilabel(4))


def test_unknown_labels_are_left_out():
    one = with_unknown_labels()
    known = one.y_true >= 0
    logits = np.where(known, one.predictions, 0)
    losses = -log_expit(np.where(one.y_true == 1, logits, -logits)) * known
    expected = (losses.sum(1) @ one.weights) / (known.sum(1) @ one.weights)
    metric = metrics.MultilabelLogLoss(4, ignore_label=-1)
    assert value_of(metric, one) == pytest.approx(expected, rel=1e-6)
