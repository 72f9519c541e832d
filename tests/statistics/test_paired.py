"""Paired comparisons: differences, McNemar, permutation."""

import math

import numpy as np
import pytest
from scipy.stats import permutation_test

from ftkeras import call_string, catalog
from ftkeras.errors import UserError
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.paired import compare, mcnemar
from tests.helpers.metric_checks import case


def score(text):
    return catalog.build("scores", call_string.parse(text))


def noisy(one, amount, seed=0):
    noise = np.random.default_rng(seed).normal(size=one.logits.shape)
    return (one.logits + amount * noise).astype("float32")


def test_mcnemar_is_a_sign_test_of_the_units_that_differ():
    # Two-sided: twice the tail of 9 fair coins with at most one on the rare side.
    assert mcnemar(8, 1) == pytest.approx(2 * (1 + 9) / 2**9)
    assert mcnemar(1, 8) == mcnemar(8, 1)
    assert mcnemar(5, 5) == 1.0
    assert mcnemar(0, 0) == 1.0


def test_accuracy_is_compared_by_mcnemar():
    one = case(2, size=300)
    other = noisy(one, 1.0)
    found = compare(score("accuracy"), one.y_true, one.logits, other, other="noisy")
    first, second = one.predicted == one.y_true, (other > 0) == one.y_true
    assert found.difference == pytest.approx(first.mean() - second.mean())
    assert found.p_value == mcnemar((first & ~second).sum(), (second & ~first).sum())
    assert "McNemar" in found.method
    # The spread of a paired difference of means, by the central limit theorem.
    half = 1.96 * (first.astype(float) - second).std() / math.sqrt(300)
    assert found.high - found.low == pytest.approx(2 * half, rel=0.15)


@pytest.mark.parametrize("name", ["log_loss", "brier_score"])
def test_means_are_permuted_as_scipy_does(name):
    one = case(2, size=60)
    other = noisy(one, 0.7)
    found = compare(score(name), one.y_true, one.logits, other, other="noisy", resamples=4000)
    each = [np.array([score(name)([y], [z]) for y, z in zip(one.y_true, logits, strict=True)])
            for logits in (one.logits, other)]  # fmt: skip
    expected = permutation_test(
        each, lambda x, y, axis: (x - y).mean(axis), permutation_type="samples",
        n_resamples=4000, rng=np.random.default_rng(0), vectorized=True,
    ).pvalue  # fmt: skip
    assert found.p_value == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize(
    "text", ["f1_score", "matthews_correlation", "area_under_roc_curve", "average_precision"]
)
def test_a_clearly_worse_model_is_found_out(text):
    one = case(2, size=500)
    found = compare(score(text), one.y_true, one.logits, noisy(one, 4.0), other="noisy")
    assert found.difference > 0
    assert found.p_value < 0.01
    assert 0 < found.low < found.difference < found.high


def test_a_model_does_not_differ_from_itself():
    one = case(5, size=200)
    for text in ("accuracy", "f1_score", "area_under_roc_curve", "log_loss"):
        built = score(f"{text}(num_classes=5)")
        found = compare(built, one.y_true, one.logits, one.logits, other="itself")
        assert (found.difference, found.low, found.high, found.p_value) == (0, 0, 0, 1)


def test_the_order_of_the_two_only_turns_the_sign():
    one = case(2, size=200)
    other = noisy(one, 1.0)
    auc = score("area_under_roc_curve")
    there = compare(auc, one.y_true, one.logits, other, other="b", resamples=4000)
    back = compare(auc, one.y_true, other, one.logits, other="a", resamples=4000)
    assert there.difference == pytest.approx(-back.difference)
    assert there.p_value == pytest.approx(back.p_value, abs=0.03)
    assert there.low == pytest.approx(-back.high, abs=0.005)


def test_pairing_sees_what_two_intervals_cannot():
    """A small gain on the same units: the intervals overlap, the paired difference is clear."""
    one = case(2, size=2000)
    better = (one.logits + 0.03 * (2 * one.y_true - 1)).astype("float32")
    found = compare(score("area_under_roc_curve"), one.y_true, better, one.logits, other="before")
    alone = measure([score("area_under_roc_curve")], one.y_true, one.logits)[0]
    assert 0 < found.low < found.difference < alone.high - alone.value


def test_groups_are_drawn_and_swapped_whole():
    one = case(2, size=150)
    rows = np.repeat(np.arange(150), 6)
    sixfold, other = one.take(rows), noisy(one, 1.0)
    f1 = score("f1_score")
    alone = compare(f1, one.y_true, one.logits, other, other="b", resamples=4000)
    aware = compare(
        f1, sixfold.y_true, sixfold.logits, other[rows], other="b", resamples=4000, groups=rows
    )
    assert aware.p_value == pytest.approx(alone.p_value, abs=0.04)
    assert aware.high - aware.low == pytest.approx(alone.high - alone.low, rel=0.1)


def test_an_undefined_score_is_refused():
    one = case(2, classes=[0], size=20)
    with pytest.raises(UserError, match="needs units of the class"):
        compare(score("area_under_roc_curve"), one.y_true, one.logits, one.logits, other="b")


def test_predictions_that_are_not_finite_are_refused():
    one = case(2, size=20)
    broken = one.logits.copy()
    broken[:2] = np.inf
    with pytest.raises(UserError, match="2 of 20 predictions"):
        compare(score("accuracy"), one.y_true, one.logits, broken, other="b")
