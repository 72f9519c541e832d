"""Accuracy against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from ftkeras import metrics
from tests.helpers.metric_checks import case, check_metric


def reference(one):
    if not len(one.present):
        return np.nan
    return accuracy_score(one.y_true, one.predicted, sample_weight=one.weights)


@pytest.mark.parametrize("num_classes", [2, 5])
def test_it_equals_scikit_learn_and_passes_every_check(num_classes):
    build = functools.partial(metrics.Accuracy, num_classes=num_classes)
    check_metric(build, reference, num_classes)


def test_probabilities_count_as_such_when_said_so():
    one = case(2)
    metric = metrics.Accuracy(from_logits=False)
    metric.update_state(one.y_true, one.probabilities[:, 1:])
    np.testing.assert_allclose(float(metric.result()), reference(one), rtol=1e-6)


def test_a_probability_above_one_is_reported_not_averaged():
    metric = metrics.Accuracy(from_logits=False)
    metric.update_state([1, 1], [0.9, 1.5])
    assert np.isnan(float(metric.result()))
    assert metric.notes() == ["1 of 2 predictions are NaN, infinite or invalid"]


def test_one_hot_labels_count_when_said_so():
    one = case(5)
    metric = metrics.Accuracy(num_classes=5, one_hot=True)
    metric.update_state(np.eye(5)[one.y_true], one.logits)
    np.testing.assert_allclose(float(metric.result()), reference(one), rtol=1e-6)


def test_an_ignored_label_leaves_its_unit_out():
    one = case(5)
    labels = np.where(np.arange(len(one.y_true)) % 3 == 0, -100, one.y_true)
    metric = metrics.Accuracy(num_classes=5, ignore_label=-100)
    metric.update_state(labels, one.logits)
    kept = one.take(np.flatnonzero(labels >= 0))
    np.testing.assert_allclose(float(metric.result()), reference(kept), rtol=1e-6)
    assert metric.notes() == []


def test_equal_logits_of_either_sign_of_zero_go_to_the_first_class():
    metric = metrics.Accuracy(num_classes=3)
    metric.update_state([0, 0], np.array([[-0.0, 0.0, -1.0], [0.0, -0.0, 0.0]], "float32"))
    assert float(metric.result()) == 1.0
