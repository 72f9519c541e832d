"""AreaUnderRocCurve against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.metric_checks import case, check_metric, check_references, value_of


def binary(one):
    if len(one.present) < 2:
        return np.nan
    return roc_auc_score(one.y_true, one.logits, sample_weight=one.weights)


def each_class(one):
    # Log-odds in double precision: probabilities near 1 would tie, equal ones not quite.
    logits = one.logits.astype("float64")
    others = [np.logaddexp.reduce(np.delete(logits, k, 1), axis=1) for k in range(one.num_classes)]
    scores = np.round(logits - np.stack(others, -1), 11)
    return [
        roc_auc_score(one.y_true == k, scores[:, k], sample_weight=one.weights)
        for k in range(one.num_classes)
    ]


def averaged(one, average):
    if len(one.present) < one.num_classes:
        return np.nan
    shares = np.bincount(one.y_true, weights=one.weights, minlength=one.num_classes)
    return np.average(each_class(one), weights=shares if average == "weighted" else None)


def test_binary_equals_scikit_learn_and_passes_every_check():
    check_metric(metrics.AreaUnderRocCurve, binary, num_classes=2)


def test_macro_equals_scikit_learn_and_passes_every_check():
    build = functools.partial(metrics.AreaUnderRocCurve, num_classes=5)
    check_metric(build, functools.partial(averaged, average="macro"), num_classes=5)


def test_a_weighted_average_equals_scikit_learn():
    build = functools.partial(metrics.AreaUnderRocCurve, num_classes=5, average="weighted")
    check_references(build, functools.partial(averaged, average="weighted"), num_classes=5)


def test_one_class_can_be_scored():
    one = case(5)
    metric = metrics.AreaUnderRocCurve(num_classes=5, class_index=3)
    streamed = value_of(metric, one)
    assert abs(streamed - each_class(one)[3]) <= metric.error_bound() + 1e-6
    np.testing.assert_allclose(metric.score(one.y_true, one.logits), each_class(one)[3], rtol=1e-9)


def test_the_other_class_of_two_can_be_scored():
    one = case(2, ties=True)
    expected = roc_auc_score(one.y_true == 0, -one.logits)
    metric = metrics.AreaUnderRocCurve(class_index=0)
    np.testing.assert_allclose(metric.score(one.y_true, one.logits), expected, rtol=1e-9)
    np.testing.assert_allclose(value_of(metric, one), expected, rtol=1e-6)


@pytest.mark.parametrize("num_buckets", [100, 32, 2**21])
def test_numbers_of_buckets_without_a_key_are_refused(num_buckets):
    with pytest.raises(UserError, match=f"num_buckets={num_buckets}"):
        metrics.AreaUnderRocCurve(num_buckets=num_buckets)


def test_curves_cannot_be_pooled():
    with pytest.raises(UserError, match="average='micro'"):
        metrics.AreaUnderRocCurve(num_classes=3, average="micro")


def test_absent_classes_can_be_left_out_of_an_average():
    one = case(5, classes=[0, 2, 3])
    expected = [roc for k, roc in enumerate(present_classes(one)) if k in (0, 2, 3)]
    assert np.isnan(metrics.AreaUnderRocCurve(5).score(one.y_true, one.logits))
    for average in ("macro", "weighted"):
        metric = metrics.AreaUnderRocCurve(5, average=average, absent="skip")
        weights = np.bincount(one.y_true)[[0, 2, 3]] if average == "weighted" else None
        mean = np.average(expected, weights=weights)
        np.testing.assert_allclose(metric.score(one.y_true, one.logits), mean, rtol=1e-9)
        assert abs(value_of(metric, one) - mean) <= metric.error_bound() + 1e-6


def present_classes(one):
    scores = one.logits - np.stack(
        [np.logaddexp.reduce(np.delete(one.logits, k, 1).astype("float64"), axis=1)
         for k in range(one.num_classes)], -1)  # fmt: skip
    return [
        roc_auc_score(one.y_true == k, scores[:, k]) if (one.y_true == k).any() else np.nan
        for k in range(one.num_classes)
    ]


def test_a_policy_for_absent_classes_that_is_none_is_refused():
    with pytest.raises(UserError, match="absent='zero'"):
        metrics.AreaUnderRocCurve(5, absent="zero")
