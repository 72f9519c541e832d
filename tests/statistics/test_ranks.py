import numpy as np
import pytest
from scipy.stats import rankdata

from ftkeras.errors import UserError
from ftkeras.statistics.ranks import compare_ranks

# Demsar 2006, table 6: AUC of C4.5 with four settings of its parameters on 14 UCI data sets.
DEMSAR = np.array([
    [0.763, 0.768, 0.771, 0.798], [0.599, 0.591, 0.590, 0.569], [0.954, 0.971, 0.968, 0.967],
    [0.628, 0.661, 0.654, 0.657], [0.882, 0.888, 0.886, 0.898], [0.936, 0.931, 0.916, 0.931],
    [0.661, 0.668, 0.609, 0.685], [0.583, 0.583, 0.563, 0.625], [0.775, 0.838, 0.866, 0.875],
    [1.000, 1.000, 1.000, 1.000], [0.940, 0.962, 0.965, 0.962], [0.619, 0.666, 0.614, 0.669],
    [0.972, 0.981, 0.9751, 0.975], [0.957, 0.978, 0.946, 0.970],
])  # fmt: skip


def test_the_published_example_comes_out():
    found = compare_ranks(DEMSAR)
    np.testing.assert_allclose(found.average, [3.143, 2.000, 2.893, 1.964], atol=5e-4)
    # The paper: chi-square 9.28 with 3 degrees of freedom (it does not correct for ties).
    assert 0.015 < found.p_value < 0.027
    # q at 5% for four methods is 2.569 in its table 5.
    assert found.critical_difference == pytest.approx(2.569 * np.sqrt(4 * 5 / (6 * 14)), abs=1e-3)


@pytest.mark.parametrize(("methods", "quantile"), [(3, 2.343), (5, 2.728), (7, 2.949), (10, 3.164)])
def test_critical_values_are_those_of_the_published_table(methods, quantile):
    values = np.random.default_rng(0).normal(size=(20, methods))
    expected = quantile * np.sqrt(methods * (methods + 1) / 120)
    assert compare_ranks(values).critical_difference == pytest.approx(expected, abs=1e-3)


def test_a_lower_loss_ranks_first():
    values = np.random.default_rng(0).normal(size=(6, 3))
    np.testing.assert_array_equal(
        compare_ranks(values, "min").average, rankdata(values, axis=1).mean(0)
    )
    np.testing.assert_array_equal(
        compare_ranks(values, "min").average, compare_ranks(-values).average
    )


def test_two_methods_are_compared_by_their_signed_ranks():
    better = np.arange(1.0, 9.0)
    found = compare_ranks(np.stack([better + np.arange(8) / 10 + 0.1, better], axis=1))
    # All eight differences of one sign: two of 2^8 sign patterns are as extreme.
    assert found.p_value == pytest.approx(2 / 2**8)
    assert found.critical_difference is None


def test_equal_methods_are_not_told_apart():
    assert compare_ranks(np.ones((5, 3))).p_value == 1.0
    assert compare_ranks(np.ones((5, 2))).p_value == 1.0


def test_alike_methods_are_told_apart_no_more_often_than_the_level_allows():
    rng = np.random.default_rng(1)
    found = [compare_ranks(rng.normal(size=(12, 4))).p_value < 0.05 for _ in range(1000)]
    assert np.mean(found) <= 0.06


@pytest.mark.parametrize("values", [np.ones((1, 3)), np.ones((3, 1)), np.full((3, 3), np.nan)])
def test_too_little_is_refused(values):
    with pytest.raises(UserError, match="at least two data sets"):
        compare_ranks(values)
