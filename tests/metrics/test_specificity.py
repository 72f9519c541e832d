"""Specificity against scikit-learn's recall of the other class."""

import functools

import numpy as np
import pytest
from sklearn.metrics import recall_score

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.metric_checks import check_metric, check_references


def reference(one, class_index=1):
    is_other = one.y_true != class_index
    weights = np.ones(len(is_other)) if one.weights is None else one.weights
    if not weights[is_other].sum():
        return np.nan
    return recall_score(is_other, one.predicted != class_index, sample_weight=one.weights)


def test_it_equals_scikit_learn_and_passes_every_check():
    check_metric(metrics.Specificity, reference, num_classes=2)


def test_any_class_can_be_the_positive_one():
    build = functools.partial(metrics.Specificity, num_classes=5, class_index=0)
    check_references(build, functools.partial(reference, class_index=0), num_classes=5)


def test_a_class_that_is_none_is_refused():
    with pytest.raises(UserError, match="class_index=5"):
        metrics.Specificity(num_classes=5, class_index=5)
