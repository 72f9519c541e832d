"""EqualMassCalibrationError against sorted units that are cut into parts."""

import functools

import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.metric_checks import case, check_metric, check_references


def reference(one, num_bins=15):
    logits = one.logits.astype("float64")
    if one.num_classes == 2:
        order, probability, event = logits, one.probabilities[:, 1], one.y_true == 1
    else:
        order = probability = one.probabilities.max(-1)
        event = one.predicted == one.y_true
        rest = np.sort(logits, -1)[:, :-1]
        order = logits.max(-1) - np.logaddexp.reduce(rest, axis=-1)
        order = np.round(order, 11)
    weights = np.ones(len(order)) if one.weights is None else one.weights.astype("float64")
    parts = {}
    for value in np.unique(order[weights > 0]):
        tied = order == value
        middle = weights[order < value].sum() + weights[tied].sum() / 2
        place = int(middle / weights.sum() * num_bins)
        parts.setdefault(place, []).append((weights[tied] * (event - probability)[tied]).sum())
    return sum(abs(sum(part)) for part in parts.values()) / weights.sum()


def test_binary_equals_the_slow_formula_and_passes_every_check():
    check_metric(metrics.EqualMassCalibrationError, reference, num_classes=2)


def test_more_classes_equal_the_slow_formula():
    build = functools.partial(metrics.EqualMassCalibrationError, num_classes=5, num_bins=7)
    check_references(build, functools.partial(reference, num_bins=7), num_classes=5)


def test_distinct_scores_are_cut_into_equal_parts():
    """Where nothing ties, it is the mean over parts that NumPy splits off."""
    one = case(2, size=300)
    order = np.argsort(one.logits)
    parts = np.array_split((one.y_true - one.probabilities[:, 1])[order], 15)
    expected = sum(abs(part.sum()) for part in parts) / 300
    found = metrics.EqualMassCalibrationError().score(one.y_true, one.logits)
    assert found == pytest.approx(expected, rel=1e-9)


def test_the_bound_holds_where_buckets_are_few():
    one = case(2, size=3000)
    metric = metrics.EqualMassCalibrationError(num_buckets=64)
    metric.update_state(one.y_true, one.logits)
    error = abs(float(metric.result()) - reference(one))
    assert 1e-4 < error <= metric.error_bound()


def test_no_bins_are_refused():
    with pytest.raises(UserError, match="num_bins=0"):
        metrics.EqualMassCalibrationError(num_bins=0)
