"""Cohen's kappa against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.metric_checks import check_metric, check_references


def reference(one, weights=None):
    counted = slice(None) if one.weights is None else one.weights > 0
    if len({*one.present, *one.predicted[counted]}) < 2:
        return np.nan
    return cohen_kappa_score(
        one.y_true, one.predicted, weights=weights, labels=range(one.num_classes),
        sample_weight=one.weights,
    )  # fmt: skip


@pytest.mark.parametrize("num_classes", [2, 5])
def test_it_equals_scikit_learn_and_passes_every_check(num_classes):
    build = functools.partial(metrics.CohenKappa, num_classes=num_classes)
    check_metric(build, reference, num_classes)


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_weighted_kappa_equals_scikit_learn(weights):
    build = functools.partial(metrics.CohenKappa, num_classes=5, weights=weights)
    check_references(build, functools.partial(reference, weights=weights), num_classes=5)


def test_weights_that_are_none_are_refused():
    with pytest.raises(UserError, match="weights='cubic'"):
        metrics.CohenKappa(weights="cubic")
