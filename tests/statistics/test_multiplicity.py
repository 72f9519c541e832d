import numpy as np
import pytest
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

from ftkeras.errors import UserError
from ftkeras.statistics.multiplicity import benjamini_hochberg, holm

RNG = np.random.default_rng(0)
CASES = [
    RNG.uniform(size=1),
    RNG.uniform(size=7) ** 4,
    RNG.uniform(size=40) ** 3,
    np.array([0.01, 0.01, 0.01, 0.5, 0.5]),
    np.array([0.0, 1.0, 1.0, 0.0]),
    np.array([0.05, 0.04, 0.03, 0.02, 0.01]),
]


@pytest.mark.parametrize("p_values", CASES)
def test_adjusted_p_values_are_those_of_statsmodels(p_values):
    np.testing.assert_allclose(holm(p_values), multipletests(p_values, method="holm")[1])
    np.testing.assert_allclose(
        benjamini_hochberg(p_values), multipletests(p_values, method="fdr_bh")[1]
    )
    np.testing.assert_allclose(benjamini_hochberg(p_values), false_discovery_control(p_values))


def test_no_comparison_gives_no_p_value():
    assert holm([]).shape == benjamini_hochberg([]).shape == (0,)


@pytest.mark.parametrize("p_values", [[0.5, float("nan")], [-0.1], [1.1], [[0.5]]])
def test_what_is_no_p_value_is_refused(p_values):
    with pytest.raises(UserError, match="Received"):
        holm(p_values)
    with pytest.raises(UserError, match="Received"):
        benjamini_hochberg(p_values)


def test_any_false_rejection_is_as_rare_as_promised_and_no_rarer_than_it_must_be():
    """Ten tests, three of them with an effect: false rejections among the other seven."""
    rng, times = np.random.default_rng(1), 4000
    p_values = rng.uniform(size=(times, 10))
    p_values[:, :3] *= 1e-3
    any_false = np.array([(holm(row)[3:] <= 0.05).any() for row in p_values]).mean()
    bonferroni = (p_values[:, 3:] * 10 <= 0.05).any(axis=1).mean()
    assert any_false <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / times)
    assert any_false > bonferroni
    uncorrected = (p_values[:, 3:] <= 0.05).any(axis=1).mean()
    assert uncorrected > 0.25


def test_the_share_of_false_ones_among_the_rejected_is_as_promised():
    rng, times = np.random.default_rng(2), 3000
    p_values = rng.uniform(size=(times, 10))
    p_values[:, :5] *= 2e-2
    rejected = np.array([benjamini_hochberg(row) <= 0.05 for row in p_values])
    share = rejected[:, 5:].sum(axis=1) / np.maximum(rejected.sum(axis=1), 1)
    assert share.mean() == pytest.approx(0.025, abs=0.005)  # half of the hypotheses are true
