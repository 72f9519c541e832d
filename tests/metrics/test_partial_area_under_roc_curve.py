"""PartialAreaUnderRocCurve against scikit-learn's `max_fpr`."""

import functools

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.metric_checks import case, check_metric, check_references
from tests.metrics.test_hard_scores import DISTRIBUTIONS, streamed


def reference(one, rate=0.1):
    if len(one.present) < 2:
        return np.nan
    # scikit-learn 1.9 takes `max_fpr=1` for the plain area, which the standard equals there.
    return roc_auc_score(one.y_true, one.logits, sample_weight=one.weights, max_fpr=rate)


def test_it_equals_scikit_learn_and_passes_every_check():
    check_metric(metrics.PartialAreaUnderRocCurve, reference, num_classes=2)


@pytest.mark.parametrize("rate", [0.013, 0.5, 1.0])
def test_any_rate_equals_scikit_learn(rate):
    build = functools.partial(metrics.PartialAreaUnderRocCurve, max_false_positive_rate=rate)
    check_references(build, functools.partial(reference, rate=rate), num_classes=2)


@pytest.mark.parametrize("name", ["confident", "clicks", "ties"])
def test_it_is_within_its_bound_on_hard_scores(name):
    labels, scores = DISTRIBUTIONS[name]
    metric = metrics.PartialAreaUnderRocCurve(max_false_positive_rate=0.01)
    error = abs(streamed(metric, labels, scores) - roc_auc_score(labels, scores, max_fpr=0.01))
    assert error <= metric.error_bound() + 1e-7
    # Real ties at the cut look like joined scores: there the bound cannot be small.
    assert metric.error_bound() < (0.1 if name == "ties" else 0.01)


def test_the_bound_holds_where_buckets_are_few():
    one = case(2, size=2000)
    for rate in (0.02, 0.3):
        metric = metrics.PartialAreaUnderRocCurve(max_false_positive_rate=rate, num_buckets=64)
        metric.update_state(one.y_true, one.logits)
        error = abs(float(metric.result()) - reference(one, rate))
        assert 1e-4 < error <= metric.error_bound()


@pytest.mark.parametrize("rate", [0, 1.5, -0.1])
def test_rates_that_are_none_are_refused(rate):
    with pytest.raises(UserError, match=f"max_false_positive_rate={rate}"):
        metrics.PartialAreaUnderRocCurve(max_false_positive_rate=rate)


def test_more_classes_are_refused():
    with pytest.raises(UserError, match="two classes"):
        metrics.PartialAreaUnderRocCurve(num_classes=3)
