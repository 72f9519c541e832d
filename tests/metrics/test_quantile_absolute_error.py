"""QuantileAbsoluteError against NumPy."""

import functools

import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.families.regression import Regression
from tests.helpers.metric_checks import check_metric, check_references


def reference(one, quantile=0.9):
    true, predicted = one.repeated
    return np.mean(
        np.quantile(abs(true - predicted), quantile, axis=0, method="averaged_inverted_cdf")
    )


@pytest.mark.parametrize("num_outputs", [1, 2])
def test_it_equals_the_reference_and_passes_every_check(num_outputs):
    build = functools.partial(metrics.QuantileAbsoluteError, num_outputs=num_outputs)
    check = check_metric if num_outputs == 1 else check_references
    check(build, reference, family=Regression(num_outputs))


@pytest.mark.parametrize("quantile", [0.05, 0.25, 0.999])
def test_other_quantiles_equal_numpy(quantile):
    build = functools.partial(metrics.QuantileAbsoluteError, quantile=quantile)
    check_references(build, functools.partial(reference, quantile=quantile), family=Regression(1))


@pytest.mark.parametrize("quantile", [0, 1, 90])
def test_a_quantile_beyond_zero_and_one_is_refused(quantile):
    with pytest.raises(UserError, match=f"quantile={quantile}"):
        metrics.QuantileAbsoluteError(quantile=quantile)
