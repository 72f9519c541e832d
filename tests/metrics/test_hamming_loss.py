"""HammingLoss against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import hamming_loss

from ftkeras import metrics
from tests.helpers.families.multilabel import Multilabel, with_unknown_labels
from tests.helpers.metric_checks import check_metric, value_of


def reference(one):
    return hamming_loss(one.y_true, one.predicted, sample_weight=one.weights)


def test_it_equals_scikit_learn_and_passes_every_check():
    check_metric(functools.partial(metrics.HammingLoss, 4), reference, family=Multilabel(4))


def test_unknown_labels_are_left_out_pair_by_pair():
    one = with_unknown_labels()
    known = one.y_true >= 0
    wrong = (one.y_true != one.predicted)[known]
    weights = np.broadcast_to(one.weights[:, None], known.shape)[known]
    metric = metrics.HammingLoss(4, ignore_label=-1)
    assert value_of(metric, one) == pytest.approx(np.average(wrong, weights=weights))
