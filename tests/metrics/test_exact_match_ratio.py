"""ExactMatchRatio against scikit-learn's subset accuracy."""

import functools

import pytest
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score

from ftkeras import metrics
from ftkeras.scores.exact_match_ratio import ExactMatchRatio
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.paired import compare
from tests.helpers.families.multilabel import Multilabel, case
from tests.helpers.metric_checks import check_metric


def reference(one):
    return accuracy_score(one.y_true, one.predicted, sample_weight=one.weights)


def test_it_equals_scikit_learn_and_passes_every_check():
    check_metric(functools.partial(metrics.ExactMatchRatio, 4), reference, family=Multilabel(4))


def test_its_interval_is_that_of_a_proportion_and_its_test_that_of_mcnemar():
    one, other = case(4, size=80), case(4, size=80, seed=1)
    (found,) = measure([ExactMatchRatio(4)], one.y_true, one.predictions)
    hits = (one.y_true == one.predicted).all(1)
    expected = binomtest(int(hits.sum()), 80).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    compared = compare(
        ExactMatchRatio(4), one.y_true, one.predictions, other.predictions, other="other"
    )
    others = (one.y_true == other.predicted).all(1)
    only = int((hits & ~others).sum())
    assert compared.p_value == pytest.approx(binomtest(only, int((hits != others).sum())).pvalue)
