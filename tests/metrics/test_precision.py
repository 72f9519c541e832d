"""Precision against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import precision_score

from ftkeras import metrics
from tests.helpers.metric_checks import case, check_metric, check_references, value_of


def binary(one):
    weights = np.ones(len(one.y_true)) if one.weights is None else one.weights
    if not weights[one.predicted == 1].sum():
        return np.nan
    return precision_score(one.y_true, one.predicted, sample_weight=one.weights)


def averaged(one, average):
    return precision_score(
        one.y_true, one.predicted, average=average, sample_weight=one.weights, zero_division=0
    )


def test_binary_equals_scikit_learn_and_passes_every_check():
    check_metric(metrics.Precision, binary, num_classes=2)


def test_macro_equals_scikit_learn_and_passes_every_check():
    build = functools.partial(metrics.Precision, num_classes=5)
    check_metric(build, functools.partial(averaged, average="macro"), num_classes=5)


@pytest.mark.parametrize("average", ["weighted", "micro"])
def test_averages_equal_scikit_learn(average):
    build = functools.partial(metrics.Precision, num_classes=5, average=average)
    check_references(build, functools.partial(averaged, average=average), num_classes=5)


def test_one_class_can_be_scored():
    one = case(5)
    expected = precision_score(one.y_true, one.predicted, average=None)[3]
    metric = metrics.Precision(num_classes=5, class_index=3)
    np.testing.assert_allclose(value_of(metric, one), expected, rtol=1e-6)
