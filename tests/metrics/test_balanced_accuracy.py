"""Balanced accuracy against scikit-learn."""

import functools
import warnings

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from ftkeras import metrics
from tests.helpers.metric_checks import case, check_metric


def reference(one):
    if not len(one.present):
        return np.nan
    with warnings.catch_warnings():
        # It warns of predicted classes that never occur, and leaves them out as we do.
        warnings.simplefilter("ignore")
        return balanced_accuracy_score(one.y_true, one.predicted, sample_weight=one.weights)


@pytest.mark.parametrize("num_classes", [2, 5])
def test_it_equals_scikit_learn_and_passes_every_check(num_classes):
    build = functools.partial(metrics.BalancedAccuracy, num_classes=num_classes)
    check_metric(build, reference, num_classes)


def test_classes_that_never_occur_can_count_as_zero():
    one = case(5, classes=[0, 2, 3])
    score = metrics.BalancedAccuracy(5, absent="zero").score
    assert score(one.y_true, one.logits) == pytest.approx(reference(one) * 3 / 5)
    assert np.isnan(score(one.y_true[:0], one.logits[:0]))
