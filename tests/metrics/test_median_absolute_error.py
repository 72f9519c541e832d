"""MedianAbsoluteError against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import median_absolute_error

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.statistics.intervals import measure
from tests.helpers.families.regression import Regression, case
from tests.helpers.metric_checks import check_metric, check_references, value_of


def reference(one):
    return median_absolute_error(*one.repeated)


@pytest.mark.parametrize("num_outputs", [1, 2])
def test_it_equals_the_reference_and_passes_every_check(num_outputs):
    build = functools.partial(metrics.MedianAbsoluteError, num_outputs=num_outputs)
    check = check_metric if num_outputs == 1 else check_references
    check(build, reference, family=Regression(num_outputs))


def test_its_certified_bound_is_small_and_holds_where_buckets_are_coarse():
    one = case(size=5000)
    expected = np.median(abs(one.true - one.predicted))
    for num_buckets, most in ((2**15, 0.004), (2**11, 0.065)):
        metric = metrics.MedianAbsoluteError(num_buckets=num_buckets)
        found, bound = value_of(metric, one), metric.error_bound()
        assert abs(found - expected) <= bound <= most * expected


def test_it_has_an_interval():
    one = case(size=300)
    (found,) = measure([metrics.MedianAbsoluteError().score], one.y_true, one.predictions)
    errors = abs(one.true - one.predicted)
    rng = np.random.default_rng(0)
    drawn = np.median(errors[rng.integers(0, 300, (2000, 300))], axis=1)
    assert found.value == pytest.approx(np.median(errors))
    assert found.high - found.low == pytest.approx(2 * 1.96 * drawn.std(), rel=0.25)


@pytest.mark.parametrize("num_buckets", [1024, 3000, 2**21])
def test_numbers_of_buckets_that_are_no_power_of_two_are_refused(num_buckets):
    with pytest.raises(UserError, match=f"num_buckets={num_buckets}"):
        metrics.MedianAbsoluteError(num_buckets=num_buckets)
