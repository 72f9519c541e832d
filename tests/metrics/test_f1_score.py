"""F-scores against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import f1_score

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.metric_checks import case, check_metric, check_references, value_of


def binary(one):
    seen = {*one.present, *one.predicted[one.weights > 0 if one.weights is not None else ...]}
    if 1 not in seen:
        return np.nan
    return f1_score(one.y_true, one.predicted, sample_weight=one.weights)


def averaged(one, average):
    if one.weights is not None and not one.weights.any():
        return np.nan
    return f1_score(
        one.y_true, one.predicted, average=average, sample_weight=one.weights, zero_division=0
    )


def test_binary_equals_scikit_learn_and_passes_every_check():
    check_metric(metrics.F1Score, binary, num_classes=2)


def test_macro_equals_scikit_learn_and_passes_every_check():
    build = functools.partial(metrics.F1Score, num_classes=5)
    check_metric(build, functools.partial(averaged, average="macro"), num_classes=5)


@pytest.mark.parametrize("average", ["weighted", "micro"])
def test_averages_equal_scikit_learn(average):
    build = functools.partial(metrics.F1Score, num_classes=5, average=average)
    check_references(build, functools.partial(averaged, average=average), num_classes=5)


def test_absent_classes_can_count_as_zero():
    one = case(5, classes=[0, 1], scale=9)
    expected = f1_score(
        one.y_true, one.predicted, average="macro", labels=range(5), zero_division=0
    )
    metric = metrics.F1Score(num_classes=5, absent="zero")
    np.testing.assert_allclose(value_of(metric, one), expected, rtol=1e-6)


def test_one_class_can_be_scored():
    one = case(5)
    expected = f1_score(one.y_true, one.predicted, average=None)[3]
    metric = metrics.F1Score(num_classes=5, class_index=3)
    np.testing.assert_allclose(value_of(metric, one), expected, rtol=1e-6)


def test_a_threshold_moves_the_boundary():
    one = case(2)
    expected = f1_score(one.y_true, one.probabilities[:, 1] > 0.8)
    np.testing.assert_allclose(value_of(metrics.F1Score(threshold=0.8), one), expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"average": "samples"}, "average='samples'"),
        ({"average": "binary", "num_classes": 3}, "num_classes=3"),
        ({"class_index": 2}, "class_index=2"),
        ({"average": "macro", "class_index": 1}, "class_index=1"),
        ({"absent": "one"}, "absent='one'"),
        ({"threshold": 1.0}, "threshold=1.0"),
        ({"threshold": 0.3, "num_classes": 3}, "threshold=0.3"),
        ({"num_classes": 1}, "num_classes=1"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(UserError, match=message):
        metrics.F1Score(**arguments)
