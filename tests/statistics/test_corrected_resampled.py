"""The corrected t interval and test: the published formula, and how often they are right."""

import numpy as np
import pytest
from scipy import stats

from ftkeras.errors import UserError
from ftkeras.statistics.corrected_resampled import corrected_resampled


def test_without_correction_it_is_the_one_sample_t_test():
    scores = np.random.default_rng(0).normal(0.02, 0.05, 10)
    expected = stats.ttest_1samp(scores, 0.0)
    low, high = expected.confidence_interval(0.9)
    found = corrected_resampled(scores, test_over_train=0.0, level=0.9)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.p_value == pytest.approx(expected.pvalue)
    assert found.freedom == 9


def test_the_variance_is_that_of_the_paper():
    # Bouckaert and Frank, equation for r x k: t = mean / sqrt((1/(rk) + n2/n1) s^2).
    scores = np.random.default_rng(1).normal(0.02, 0.05, (10, 5))
    found = corrected_resampled(scores, test_over_train=0.25)
    s2 = sum((x - scores.mean()) ** 2 for x in scores.ravel()) / 49
    statistic = scores.mean() / np.sqrt((1 / 50 + 0.25) * s2)
    assert found.p_value == pytest.approx(2 * (1 - stats.t.cdf(abs(statistic), 49)))
    assert found.high - found.mean == pytest.approx(
        stats.t.ppf(0.975, 49) * np.sqrt((1 / 50 + 0.25) * s2)
    )


def test_equal_scores_have_no_spread():
    assert corrected_resampled([0.1, 0.1, 0.1], 0.5).p_value < 1e-12
    assert corrected_resampled([0.0, 0.0, 0.0], 0.5).p_value == 1


@pytest.mark.parametrize("scores", [[0.5], [0.5, np.nan]])
def test_what_cannot_be_judged_is_refused(scores):
    with pytest.raises(UserError, match="Received"):
        corrected_resampled(scores, 0.25)


def fitted(x, y):
    """Nearest class mean of two Gaussian classes: weights and bias, no library needed."""
    one, zero = x[y == 1].mean(axis=0), x[y == 0].mean(axis=0)
    return one - zero, (one @ one - zero @ zero) / 2


def true_accuracy(weights, bias, shift):
    """Exact accuracy on classes N(+shift, I) and N(-shift, I), equally likely."""
    along, length = weights @ shift, np.linalg.norm(weights)
    hit = stats.norm.cdf((along - bias) / length) + stats.norm.cdf((along + bias) / length)
    return hit / 2


def drawn(generator, n, shift):
    y = generator.permutation(np.arange(n) % 2)
    return generator.normal(0, 1, (n, len(shift))) + np.where(y, 1, -1)[:, None] * shift, y


def folds(generator, x, y, k, fit=fitted):
    found = []
    for held in np.array_split(generator.permutation(len(y)), k):
        rest = np.setdiff1d(np.arange(len(y)), held)
        weights, bias = fit(x[rest], y[rest])
        found.append(((x[held] @ weights > bias) == y[held]).mean())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("repeats", [1, 5])
def test_intervals_hold_the_true_score_about_as_often_as_they_say(repeats):
    generator = np.random.default_rng(repeats)
    k, n, shift = 5, 100, np.full(10, 0.25)
    train = n * (k - 1) // k
    truth = np.mean([true_accuracy(*fitted(*drawn(generator, train, shift)), shift)
                     for _ in range(4000)])  # fmt: skip
    hit = {0.0: 0, 1 / (k - 1): 0}
    trials = 1000
    for _ in range(trials):
        x, y = drawn(generator, n, shift)
        scores = [folds(generator, x, y, k) for _ in range(repeats)]
        for ratio in hit:
            found = corrected_resampled(scores, ratio)
            hit[ratio] += found.low <= truth <= found.high
    naive, corrected = (count / trials for count in hit.values())
    # One round of folds hardly needs the correction, which then errs to the safe side (0.93 and
    # 0.98 here); repeats look like more data than there are (0.61 and 0.95).
    assert naive < (0.95 if repeats == 1 else 0.75)
    assert 0.94 <= corrected <= 0.99


@pytest.mark.slow
def test_the_paired_test_seldom_sees_a_difference_where_there_is_none():
    generator = np.random.default_rng(9)
    k, n, shift, trials, claims = 5, 100, np.full(10, 0.25), 1000, {0.0: 0, 0.25: 0}

    def half(kept):
        # Two recipes of equal worth: each looks at one half of the exchangeable columns.
        def fit(x, y):
            weights, bias = fitted(x[:, kept], y)
            full = np.zeros(10)
            full[kept] = weights
            return full, bias

        return fit

    first, second = half(slice(0, 5)), half(slice(5, 10))
    for trial in range(trials):
        x, y = drawn(generator, n, shift)
        one = folds(np.random.default_rng(trial), x, y, k, first)
        other = folds(np.random.default_rng(trial), x, y, k, second)
        for ratio in claims:
            found = corrected_resampled(np.subtract(one, other), ratio)
            claims[ratio] += found.p_value < 0.05
    naive, corrected = (count / trials for count in claims.values())
    assert corrected <= 0.065
    assert naive > corrected + 0.02
