"""ConcordanceCorrelation against its formula."""

import functools

import numpy as np
import pytest

from ftkeras import metrics
from tests.helpers.families.regression import Regression, case
from tests.helpers.metric_checks import check_metric, check_references, value_of


def concordance(true, predicted):
    covariance = np.mean((true - true.mean()) * (predicted - predicted.mean()))
    offset = (true.mean() - predicted.mean()) ** 2
    return 2 * covariance / (true.var() + predicted.var() + offset)


def reference(one):
    if len(one) == 1:
        # Neither varies and they disagree: no concordance.
        return 0.0
    columns = zip(*(x.T for x in one.repeated), strict=True)
    return np.mean([concordance(true, predicted) for true, predicted in columns])


@pytest.mark.parametrize("num_outputs", [1, 2])
def test_it_equals_the_reference_and_passes_every_check(num_outputs):
    build = functools.partial(metrics.ConcordanceCorrelation, num_outputs=num_outputs)
    check = check_metric if num_outputs == 1 else check_references
    check(build, reference, family=Regression(num_outputs))


def test_a_mean_of_a_million_standard_deviations_keeps_its_digits():
    one = case(offset=1e6, size=2000)
    true, predicted = one.true - 1e6, one.predicted - 1e6
    expected = concordance(true, predicted)
    assert metrics.ConcordanceCorrelation().score(one.y_true, one.predictions) == pytest.approx(
        expected, abs=1e-9
    )
    assert value_of(metrics.ConcordanceCorrelation(center=1e6), one) == pytest.approx(
        expected, abs=1e-6
    )
    # Without a center, sixteen digits less twelve are left.
    assert value_of(metrics.ConcordanceCorrelation(), one) == pytest.approx(expected, abs=2e-3)


def test_what_does_not_vary_is_undefined_and_said_to_be():
    metric = metrics.ConcordanceCorrelation()
    metric.update_state([0.1] * 50, [0.1] * 50)
    assert np.isnan(float(metric.result()))
    assert "center" in metric.notes()[0]
