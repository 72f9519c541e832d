"""Brier score against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from ftkeras import metrics
from tests.helpers.metric_checks import check_metric


def reference(one):
    if not len(one.present):
        return np.nan
    labels = range(one.num_classes)
    probabilities = one.probabilities[:, 1] if one.num_classes == 2 else one.probabilities
    return brier_score_loss(
        one.y_true, probabilities, labels=list(labels), sample_weight=one.weights
    )


@pytest.mark.parametrize("num_classes", [2, 5])
def test_it_equals_scikit_learn_and_passes_every_check(num_classes):
    build = functools.partial(metrics.BrierScore, num_classes=num_classes)
    check_metric(build, reference, num_classes)
