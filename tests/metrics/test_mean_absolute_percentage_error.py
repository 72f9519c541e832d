"""MeanAbsolutePercentageError against scikit-learn."""

import functools

import pytest
from sklearn.metrics import mean_absolute_percentage_error

from ftkeras import metrics
from tests.helpers.families.regression import Regression
from tests.helpers.metric_checks import check_metric, check_references


def reference(one):
    return mean_absolute_percentage_error(one.true, one.predicted, sample_weight=one.weights)


@pytest.mark.parametrize("num_outputs", [1, 2])
def test_it_equals_the_reference_and_passes_every_check(num_outputs):
    build = functools.partial(metrics.MeanAbsolutePercentageError, num_outputs=num_outputs)
    check = check_metric if num_outputs == 1 else check_references
    check(build, reference, family=Regression(num_outputs))
