"""ClasswiseCalibrationError against its formula, class by class and bin by bin."""

import functools

import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.metric_checks import case, check_metric, check_references


def of_class(one, index, num_bins=15):
    probability = one.probabilities[:, index].astype("float32").astype("float64")
    weights = np.ones(len(probability)) if one.weights is None else one.weights.astype("float64")
    place = np.minimum((probability * num_bins).astype(int), num_bins - 1)
    error = 0.0
    for bin_ in range(num_bins):
        here = place == bin_
        gap = weights[here] * ((one.y_true == index) - probability)[here]
        error += abs(gap.sum())
    return error / weights.sum()


def reference(one):
    return np.mean([of_class(one, index) for index in range(one.num_classes)])


@pytest.mark.parametrize("num_classes", [2, 5])
def test_it_equals_the_slow_formula_and_passes_every_check(num_classes):
    build = functools.partial(metrics.ClasswiseCalibrationError, num_classes=num_classes)
    # Probabilities on the edge of a bin fall to one side or the other: no ties at 0.
    cases = [case(num_classes, seed=seed, scale=0.7, size=230) for seed in range(3)]
    cases.append(case(num_classes, seed=4, weighted=True))
    check_metric(build, reference, num_classes, cases)


def test_one_class_can_be_scored():
    build = functools.partial(metrics.ClasswiseCalibrationError, num_classes=5, class_index=3)
    check_references(build, lambda one: of_class(one, 3), 5, [case(5)])


def test_a_class_that_never_came_counts():
    one = case(3, classes=[0, 1])
    metric = metrics.ClasswiseCalibrationError(num_classes=3, class_index=2)
    metric.update_state(one.y_true, one.logits)
    assert float(metric.result()) == pytest.approx(one.probabilities[:, 2].mean(), rel=1e-5)


def test_classes_that_are_none_are_refused():
    with pytest.raises(UserError, match="class_index=3"):
        metrics.ClasswiseCalibrationError(num_classes=3, class_index=3)
