"""GainAtK against the chance of each unit to be among the top ones, over all orders of ties."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.families.classification import Classification
from tests.helpers.metric_checks import case, check_metric, check_references, value_of


def chances(one, k):
    """The chance of each unit, weights as numbers of units: what is left over, by its tie."""
    weights = np.ones(len(one.y_true)) if one.weights is None else one.weights.astype("float64")
    better = (one.logits[None, :] > one.logits[:, None]) @ weights
    tied = (one.logits[None, :] == one.logits[:, None]) @ weights
    left = np.clip(k * weights.sum() - better, 0, tied)
    return weights, np.divide(left, tied, out=np.zeros_like(left), where=tied > 0)


def reference(one, k=0.1):
    weights, chance = chances(one, k)
    positives = weights * (one.y_true == 1)
    if not positives.sum():
        return np.nan
    return (positives * chance).sum() / positives.sum()


def test_it_equals_the_slow_formula_and_passes_every_check():
    check_metric(metrics.GainAtK, reference, num_classes=2, best_is_bound=False)


@pytest.mark.parametrize("k", [0.003, 0.5, 1.0])
def test_any_share_equals_the_slow_formula(k):
    build = functools.partial(metrics.GainAtK, k=k)
    check_references(build, functools.partial(reference, k=k), num_classes=2)


def test_the_bound_holds_where_buckets_are_few():
    one = case(2, size=2000)
    worst = 0.0
    for k in (0.05, 0.21, 0.4):
        metric = metrics.GainAtK(k=k, num_buckets=64)
        metric.update_state(one.y_true, one.logits)
        error = abs(float(metric.result()) - reference(one, k))
        assert error <= metric.error_bound()
        worst = max(worst, error)
    assert worst > 1e-3


def test_a_perfect_ranking_finds_what_there_is_room_for():
    family = Classification(2)
    one = family.one()
    perfect = replace(one, predictions=family.perfect(one))
    share = one.y_true.mean()
    assert value_of(metrics.GainAtK(k=0.1), perfect) == pytest.approx(0.1 / share, rel=1e-6)


@pytest.mark.parametrize("k", [0, 1.01, 100])
def test_a_number_of_units_is_refused(k):
    with pytest.raises(UserError, match=f"k={k}"):
        metrics.GainAtK(k=k)


def test_more_classes_are_refused():
    with pytest.raises(UserError, match="two classes"):
        metrics.GainAtK(num_classes=3)
