import math

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import beta

from ftkeras.errors import UserError
from ftkeras.statistics.conformal import (
    METHODS,
    conformal_sets,
    conformal_threshold,
    nonconformity,
)


def sample(rng, size, num_classes=5, sharpness=1.0):
    logits = 2 * rng.normal(size=(size, num_classes))
    labels = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
    return softmax(sharpness * logits, axis=1), labels


def test_adaptive_scores_sum_what_is_more_probable():
    rng = np.random.default_rng(0)
    shares, _ = sample(rng, 40)
    expected = [[sum(q for q in row if q > p) for p in row] for row in shares.tolist()]
    np.testing.assert_allclose(nonconformity(shares, "adaptive"), expected, atol=1e-12)


@pytest.mark.parametrize("size", [9, 10, 19, 100, 1000])
@pytest.mark.parametrize("promised", [0.8, 0.9, 0.95])
def test_the_threshold_is_numpys_higher_quantile_of_a_corrected_level(size, promised):
    scores = np.random.default_rng(1).random(size)
    corrected = math.ceil(round((size + 1) * promised, 9)) / size
    found = conformal_threshold(scores, promised)
    if corrected > 1:
        assert found == math.inf
    else:
        assert found == np.quantile(scores, corrected, method="inverted_cdf")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("sharpness", [0.5, 1.0, 2.0])
def test_the_true_class_is_covered_as_often_as_promised(method, sharpness):
    """However wrong the probabilities are: coverage over many calibrations of 49 examples."""
    rng = np.random.default_rng(2)
    covered, inside, sizes = [], [], []
    for _ in range(150):
        found = conformal_sets(
            *sample(rng, 49, sharpness=sharpness),
            *sample(rng, 1000, sharpness=sharpness),
            method=method,
        )
        covered.append(found.coverage.value)
        inside.append(found.promised_low <= found.coverage.value <= found.promised_high)
        sizes.append(found.mean_size)
    error = 4 * np.std(covered) / np.sqrt(len(covered))
    assert np.mean(covered) == pytest.approx(0.9, abs=error)  # (49 + 1) * 0.9 is whole: no slack
    assert np.mean(inside) >= 0.88  # nominal 0.95, and each coverage is itself measured on 1000
    assert 1 < np.mean(sizes) < 5


def test_chance_leaves_the_coverage_a_beta_distribution():
    found = conformal_sets(*sample(np.random.default_rng(3), 99), *sample(
        np.random.default_rng(4), 50))  # fmt: skip
    low, high = beta(90, 10).interval(0.95)
    assert (found.promised_low, found.promised_high) == pytest.approx((low, high))


def test_the_least_ambiguous_sets_are_the_smaller_ones():
    rng = np.random.default_rng(5)
    parts = *sample(rng, 2000), *sample(rng, 2000)
    least, adaptive = (conformal_sets(*parts, method=method) for method in METHODS)
    assert least.mean_size < adaptive.mean_size
    assert least.mean_size == pytest.approx(np.dot(least.sizes, np.arange(len(least.sizes))))


def test_too_few_examples_leave_every_class_possible():
    rng = np.random.default_rng(6)
    found = conformal_sets(*sample(rng, 8), *sample(rng, 30))
    assert found.threshold == math.inf
    assert (found.coverage.value, found.mean_size) == (1.0, 5.0)
    assert found.single_accuracy is None


def test_adaptive_sets_are_never_empty_and_cover_more_where_the_model_is_right_more_often():
    rng = np.random.default_rng(9)
    sure = [(np.eye(4)[labels] * 0.9 + 0.025, labels) for labels in rng.integers(0, 4, (2, 300))]
    found = conformal_sets(*sure[0], *sure[1], method="adaptive")
    assert found.sizes == (0.0, 1.0)
    assert found.coverage.value == 1.0


def test_each_class_has_its_own_coverage():
    rng = np.random.default_rng(7)
    shares, labels = sample(rng, 500, num_classes=3)
    found = conformal_sets(*sample(rng, 500, num_classes=3), shares, np.minimum(labels, 1))
    assert sum(each.num_units for each in found.classes) == 500
    assert found.classes[2].value is None
    total = sum(each.value * each.num_units for each in found.classes[:2])
    assert total / 500 == pytest.approx(found.coverage.value)


@pytest.mark.parametrize(
    ("settings", "says"),
    [({"method": "largest"}, "method='largest'"), ({"promised": 1.0}, "promised=1.0")],
)
def test_wrong_settings_are_refused(settings, says):
    one = sample(np.random.default_rng(8), 20)
    with pytest.raises(UserError, match=says):
        conformal_sets(*one, *one, **settings)
