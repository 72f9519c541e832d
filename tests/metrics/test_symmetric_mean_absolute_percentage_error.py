"""SymmetricMeanAbsolutePercentageError against its formula."""

import functools

import numpy as np
import pytest

from ftkeras import metrics
from tests.helpers.families.regression import Regression
from tests.helpers.metric_checks import check_metric, check_references


def reference(one):
    true, predicted = one.repeated
    size = abs(true) + abs(predicted)
    return np.mean(2 * abs(true - predicted) / np.where(size > 0, size, 1))


@pytest.mark.parametrize("num_outputs", [1, 2])
def test_it_equals_the_reference_and_passes_every_check(num_outputs):
    build = functools.partial(metrics.SymmetricMeanAbsolutePercentageError, num_outputs=num_outputs)
    check = check_metric if num_outputs == 1 else check_references
    check(build, reference, family=Regression(num_outputs))


def test_zero_for_zero_is_no_error():
    metric = metrics.SymmetricMeanAbsolutePercentageError()
    metric.update_state([0.0, 1.0], [0.0, 3.0])
    assert float(metric.result()) == pytest.approx(0.5)
