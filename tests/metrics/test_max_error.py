"""MaxError against scikit-learn."""

import functools

import pytest
from sklearn.metrics import max_error

from ftkeras import metrics
from tests.helpers.families.regression import Regression, case
from tests.helpers.metric_checks import check_metric, check_references, value_of


def reference(one):
    true, predicted = one.repeated
    return max(map(max_error, true.T, predicted.T))


@pytest.mark.parametrize("num_outputs", [1, 2])
def test_it_equals_the_reference_and_passes_every_check(num_outputs):
    build = functools.partial(metrics.MaxError, num_outputs=num_outputs)
    check = check_metric if num_outputs == 1 else check_references
    check(build, reference, family=Regression(num_outputs))


def test_a_single_largest_error_is_found_exactly():
    one = case(size=1000)
    one.predictions[17] = one.y_true[17] + 300
    assert value_of(metrics.MaxError(), one) == pytest.approx(reference(one), rel=1e-6)
