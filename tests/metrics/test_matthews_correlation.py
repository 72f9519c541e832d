"""Matthews correlation against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import matthews_corrcoef

from ftkeras import metrics
from tests.helpers.metric_checks import check_metric


def reference(one):
    counted = slice(None) if one.weights is None else one.weights > 0
    if len(one.present) < 2 or len(np.unique(one.predicted[counted])) < 2:
        return np.nan
    return matthews_corrcoef(one.y_true, one.predicted, sample_weight=one.weights)


@pytest.mark.parametrize("num_classes", [2, 5])
def test_it_equals_scikit_learn_and_passes_every_check(num_classes):
    build = functools.partial(metrics.MatthewsCorrelation, num_classes=num_classes)
    check_metric(build, reference, num_classes)
