"""PearsonCorrelation against SciPy."""

import functools

import numpy as np
import pytest
from scipy.stats import pearsonr

from ftkeras import metrics
from tests.helpers.families.regression import Regression, case
from tests.helpers.metric_checks import check_metric, check_references, value_of


def reference(one):
    if len(one) == 1 or one.true.std() < 1e-9:
        return np.nan
    columns = zip(*(x.T for x in one.repeated), strict=True)
    return np.mean([pearsonr(true, predicted).statistic for true, predicted in columns])


@pytest.mark.parametrize("num_outputs", [1, 2])
def test_it_equals_the_reference_and_passes_every_check(num_outputs):
    build = functools.partial(metrics.PearsonCorrelation, num_outputs=num_outputs)
    check = check_metric if num_outputs == 1 else check_references
    check(build, reference, family=Regression(num_outputs))


def test_a_mean_of_a_million_standard_deviations_keeps_its_digits():
    one = case(offset=1e6, size=2000)
    true, predicted = one.true - 1e6, one.predicted - 1e6
    expected = pearsonr(true, predicted).statistic
    assert metrics.PearsonCorrelation().score(one.y_true, one.predictions) == pytest.approx(
        expected, abs=1e-9
    )
    assert value_of(metrics.PearsonCorrelation(center=1e6), one) == pytest.approx(
        expected, abs=1e-6
    )
    # Without a center, sixteen digits less twelve are left.
    assert value_of(metrics.PearsonCorrelation(), one) == pytest.approx(expected, abs=2e-3)


def test_what_does_not_vary_is_undefined_and_said_to_be():
    metric = metrics.PearsonCorrelation()
    metric.update_state([0.1] * 50, [0.3] * 50)
    assert np.isnan(float(metric.result()))
    assert "center" in metric.notes()[0]
