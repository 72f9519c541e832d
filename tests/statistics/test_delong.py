"""DeLong's formula over all pairs, written out, and against resampling."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from ftkeras.errors import UserError
from ftkeras.scores.area_under_roc_curve import AreaUnderRocCurve
from ftkeras.statistics import delong
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.paired import compare


def drawn(size, positive=0.3, seed=0, decimals=None):
    rng = np.random.default_rng(seed)
    labels = (rng.random(size) < positive).astype(int)
    shared = rng.normal(size=size) + 1.2 * labels
    first, second = (shared + rng.normal(size=size) * noise for noise in (0.6, 1.1))
    if decimals is not None:
        first, second = np.round(first, decimals), np.round(second, decimals)
    return labels, first.astype("float32"), second.astype("float32")


def kernel(labels, scores):
    """`(positives, negatives)`: 1 where the positive wins, 1/2 where they tie."""
    positive, negative = scores[labels == 1][:, None], scores[labels == 0][None, :]
    return (positive > negative) + 0.5 * (positive == negative)


def covariance_over_pairs(labels, first, second):
    """Eqs. 3 to 5 of the paper: structural components, one after the other."""
    one, other = kernel(labels, first), kernel(labels, second)
    m, n = one.shape
    total = 0.0
    for axis, units, others in ((1, m, n), (0, n, m)):
        v, w = one.sum(axis=axis) / others, other.sum(axis=axis) / others
        summed = 0.0
        for i in range(units):
            summed += (v[i] - one.mean()) * (w[i] - other.mean())
        total += summed / (units - 1) / units
    return total


@pytest.mark.parametrize("decimals", [None, 0])
def test_area_and_standard_error_equal_the_formula_over_all_pairs(decimals):
    labels, scores, _ = drawn(150, decimals=decimals)
    found = delong.interval(labels, scores)
    assert found.value == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    variance = covariance_over_pairs(labels, scores, scores)
    assert found.standard_error == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert found.low < found.value < found.high
    narrow = delong.interval(labels, scores, level=0.5)
    assert found.low < narrow.low < narrow.high < found.high


@pytest.mark.parametrize("decimals", [None, 0])
def test_the_paired_test_equals_the_formula_over_all_pairs(decimals):
    labels, first, second = drawn(150, decimals=decimals)
    found = delong.compare(labels, first, second)
    expected = roc_auc_score(labels, first) - roc_auc_score(labels, second)
    assert found.difference == pytest.approx(expected, abs=1e-12)
    parts = [covariance_over_pairs(labels, a, b)
             for a, b in ((first, first), (second, second), (first, second))]  # fmt: skip
    error = np.sqrt(parts[0] + parts[1] - 2 * parts[2])
    assert found.standard_error == pytest.approx(error, rel=1e-9)
    assert found.p_value == pytest.approx(2 * norm.sf(abs(expected) / error), rel=1e-6)


@pytest.mark.parametrize("positive", [0.5, 1 / 21])
@pytest.mark.parametrize("size", [1500, 20_000])
def test_resampled_intervals_agree(size, positive):
    labels, scores, _ = drawn(size, positive)
    found = delong.interval(labels, scores)
    resampled = measure([AreaUnderRocCurve()], labels, scores, resamples=4000)[0]
    assert resampled.value == pytest.approx(found.value, abs=1e-9)
    width = found.high - found.low
    assert resampled.low == pytest.approx(found.low, abs=0.08 * width)
    assert resampled.high == pytest.approx(found.high, abs=0.08 * width)


def test_resampled_differences_agree():
    labels, first, second = drawn(3000)
    found = delong.compare(labels, first, second)
    resampled = compare(AreaUnderRocCurve(), labels, first, second, other="b", resamples=2000)
    width = found.high - found.low
    assert resampled.low == pytest.approx(found.low, abs=0.08 * width)
    assert resampled.high == pytest.approx(found.high, abs=0.08 * width)


def test_models_that_are_alike_do_not_differ():
    labels, scores, _ = drawn(60)
    found = delong.compare(labels, scores, 2 * scores)
    assert (found.difference, found.p_value) == (0.0, 1.0)


def test_a_perfect_ranking_has_no_width():
    found = delong.interval([0, 0, 1, 1], [0.0, 1.0, 2.0, 3.0])
    assert (found.low, found.value, found.high) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [([0, 1, 1], [0.0, 1.0, 2.0], "1 labels 0"), ([0, 0, 1, 2], [0.0] * 4, "labels 1 and 4"),
     ([0, 0, 1, 1], [0.0, 1.0, np.nan, 2.0], "NaN")],
)  # fmt: skip
def test_what_has_no_area_is_refused(labels, scores, message):
    with pytest.raises(UserError, match=message):
        delong.interval(labels, scores)
