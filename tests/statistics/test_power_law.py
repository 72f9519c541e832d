import numpy as np
import pytest
from scipy.optimize import curve_fit

from ftkeras.errors import UserError
from ftkeras.statistics import power_law

SIZES = np.array([60, 120, 240, 480, 960, 1920])


def law(n, floor, scale, exponent):
    return floor + scale * np.asarray(n, float) ** -exponent


def drawn(truth, orders, examples, seed, shared=0.7):
    """Wrong answers: what is hard for a model of one size is hard for the others."""
    rng = np.random.default_rng(seed)
    hard = rng.normal(size=examples)
    own = rng.normal(size=(orders, len(SIZES), examples))
    mixed = np.sqrt(shared) * hard + np.sqrt(1 - shared) * own
    from scipy.stats import norm

    return (mixed < norm.ppf(law(SIZES, *truth))[None, :, None]).astype(float)


@pytest.mark.parametrize("truth", [(0.1, 2.0, 0.5), (0.0, 1.0, 0.3), (0.2, 5.0, 1.0)])
def test_an_exact_law_is_found(truth):
    errors = np.broadcast_to(law(SIZES, *truth)[None, :, None], (2, len(SIZES), 3))
    found = power_law.fit(SIZES, errors)
    np.testing.assert_allclose(found.error(SIZES), law(SIZES, *truth), atol=2e-3)
    expected = law(SIZES[-1], *truth) - law(2 * SIZES[-1], *truth)
    assert found.gain == pytest.approx(expected, abs=2e-3)
    assert found.high - found.low < 1e-9


def test_the_fit_is_as_good_as_scipys():
    errors = drawn((0.1, 2.0, 0.5), 5, 400, seed=3)
    means = errors.mean(axis=(0, 2))
    best, _ = curve_fit(law, SIZES, means, p0=(0.1, 1.0, 0.5), bounds=([0, 0, 0.05], [1, 50, 1.5]))
    found = power_law.fit(SIZES, errors)
    ours = ((found.error(SIZES) - means) ** 2).sum()
    theirs = ((law(SIZES, *best) - means) ** 2).sum()
    assert ours <= theirs * 1.02 + 1e-9


def test_no_gain_is_promised_where_nothing_falls():
    errors = np.full((3, len(SIZES), 50), 0.25)
    found = power_law.fit(SIZES, errors)
    assert found.gain == pytest.approx(0, abs=1e-12)
    rising = np.broadcast_to(np.linspace(0.1, 0.2, len(SIZES))[None, :, None], errors.shape)
    assert power_law.fit(SIZES, rising).gain == 0


def test_too_few_sizes_are_refused():
    with pytest.raises(UserError, match="four sizes"):
        power_law.fit(SIZES[:3], np.zeros((2, 3, 5)))


@pytest.mark.slow
@pytest.mark.parametrize("truth", [(0.08, 1.2, 0.5), (0.0, 0.8, 0.25)])
def test_the_interval_of_the_gain_covers_the_truth(truth):
    expected = law(SIZES[-1], *truth) - law(2 * SIZES[-1], *truth)
    covered = []
    for seed in range(400):
        found = power_law.fit(SIZES, drawn(truth, 5, 500, seed), resamples=200, seed=seed)
        covered.append(found.low <= expected <= found.high)
    assert np.mean(covered) >= 0.92
