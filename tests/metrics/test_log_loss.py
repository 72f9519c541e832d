"""Log loss against scikit-learn and SciPy."""

import functools

import numpy as np
import pytest
from scipy.special import log_expit
from sklearn.metrics import log_loss

from ftkeras import metrics
from tests.helpers.metric_checks import case, check_metric, value_of


def reference(one):
    if not len(one.present):
        return np.nan
    labels = range(one.num_classes)
    return log_loss(one.y_true, one.probabilities, labels=labels, sample_weight=one.weights)


@pytest.mark.parametrize("num_classes", [2, 5])
def test_it_equals_scikit_learn_and_passes_every_check(num_classes):
    build = functools.partial(metrics.LogLoss, num_classes=num_classes)
    cases = [case(num_classes, seed=seed, weighted=seed % 2 == 1, ties=seed > 2, size=size)
             for seed, size in enumerate((257, 257, 1, 64))]  # fmt: skip
    check_metric(build, reference, num_classes, cases)


def test_certain_and_wrong_costs_what_the_logit_says():
    """scikit-learn clips probabilities at 2e-16, which costs 36; the logit says 300."""
    one = case(2, scale=100.0)
    signed = np.where(one.y_true == 1, one.logits, -one.logits)
    expected = -log_expit(signed.astype("float64")).mean()
    np.testing.assert_allclose(value_of(metrics.LogLoss(), one), expected, rtol=1e-6)
