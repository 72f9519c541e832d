"""LiftAtK: precision among the top units over the share of positives, written out."""

import functools

import numpy as np
import pytest

from ftkeras import metrics
from tests.helpers.metric_checks import check_metric, check_references
from tests.metrics.test_gain_at_k import chances


def reference(one, k=0.1):
    weights, chance = chances(one, k)
    positives = weights * (one.y_true == 1)
    if not positives.sum():
        return np.nan
    precision = (positives * chance).sum() / (weights * chance).sum()
    return precision / (positives.sum() / weights.sum())


def test_it_equals_the_slow_formula_and_passes_every_check():
    check_metric(metrics.LiftAtK, reference, num_classes=2, best_is_bound=False)


@pytest.mark.parametrize("k", [0.02, 0.5, 1.0])
def test_any_share_equals_the_slow_formula(k):
    build = functools.partial(metrics.LiftAtK, k=k)
    check_references(build, functools.partial(reference, k=k), num_classes=2)


def test_its_largest_value_is_known():
    assert metrics.LiftAtK(k=0.2).score.bounds == (0.0, 5.0)
