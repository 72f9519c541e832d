"""PinballLoss against scikit-learn."""

import functools

import pytest
from sklearn.metrics import mean_pinball_loss

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.families.regression import Regression
from tests.helpers.metric_checks import check_metric, check_references


def reference(one, quantile=0.5):
    return mean_pinball_loss(one.true, one.predicted, sample_weight=one.weights, alpha=quantile)


@pytest.mark.parametrize("num_outputs", [1, 2])
def test_it_equals_the_reference_and_passes_every_check(num_outputs):
    build = functools.partial(metrics.PinballLoss, num_outputs=num_outputs)
    check = check_metric if num_outputs == 1 else check_references
    check(build, reference, family=Regression(num_outputs))


@pytest.mark.parametrize("quantile", [0.1, 0.95])
def test_other_quantiles_equal_scikit_learn(quantile):
    build = functools.partial(metrics.PinballLoss, quantile=quantile)
    check_references(build, functools.partial(reference, quantile=quantile), family=Regression(1))


def test_a_quantile_beyond_one_is_refused():
    with pytest.raises(UserError, match="quantile=95"):
        metrics.PinballLoss(quantile=95)
