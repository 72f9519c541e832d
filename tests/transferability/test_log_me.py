import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

from ftkeras.errors import UserError
from ftkeras.transferability.log_me import LogMe
from tests.transferability.drawn import features_and_labels


def evidence_by_marginal_density(features, target):
    """Largest log N(y; 0, I / b + X X' / a) per example, searched without any decomposition."""
    num = len(target)

    def loss(logs):
        covariance = np.eye(num) * np.exp(-logs[1]) + features @ features.T * np.exp(-logs[0])
        return -multivariate_normal(np.zeros(num), covariance, allow_singular=True).logpdf(target)

    starts = [(a, b) for a, b in ((3.0, 1.5), (7.0, 1.5), (-2.0, 2.5))]
    settings = {"xatol": 1e-7, "fatol": 1e-10, "maxiter": 4000}
    found = [minimize(loss, s, method="Nelder-Mead", options=settings).fun for s in starts]
    return -min(found) / num


@pytest.mark.parametrize(("examples", "width", "classes"), [(40, 5, 2), (60, 12, 3), (30, 45, 2)])
def test_it_is_the_largest_marginal_density_of_the_labels(examples, width, classes):
    features, labels = features_and_labels(examples, width, classes)
    expected = np.mean([
        evidence_by_marginal_density(features, (labels == c).astype(float))
        for c in range(classes)
    ])  # fmt: skip
    assert LogMe()(features, labels) == pytest.approx(expected, abs=2e-6)


def paper_iteration(features, target, rounds=3000):
    """The fixed-point iteration of the paper's algorithm 3, from its text, without any search."""
    num, width = features.shape
    sigma, v = np.linalg.eigh(features.T @ features)
    a = b = 1.0
    for _ in range(rounds):
        m = v @ (b * (v.T @ (features.T @ target)) / (a + b * sigma))
        gamma = (b * sigma / (a + b * sigma)).sum()
        a, b = gamma / (m @ m), (num - gamma) / ((target - features @ m) ** 2).sum()
    m = v @ (b * (v.T @ (features.T @ target)) / (a + b * sigma))
    evidence = num / 2 * np.log(b) + width / 2 * np.log(a) - num / 2 * np.log(2 * np.pi)
    evidence -= b / 2 * ((target - features @ m) ** 2).sum() + a / 2 * m @ m
    return (evidence - np.log(a + b * sigma).sum() / 2) / num


def numbers(examples=60, width=7, targets=2):
    rng = np.random.default_rng(4)
    features = rng.normal(size=(examples, width)) @ rng.normal(size=(width, width))
    return features, 100 + 5 * (features @ rng.normal(size=(width, targets))
                                + 3 * rng.normal(size=(examples, targets)))  # fmt: skip


def test_of_numbers_it_is_that_of_the_paper_on_standardised_targets():
    features, targets = numbers()
    standard = (targets - targets.mean(axis=0)) / targets.std(axis=0)
    expected = [paper_iteration(features, column) for column in standard.T]
    assert LogMe()(features, targets) == pytest.approx(np.mean(expected), abs=1e-6)
    assert LogMe()(features, targets[:, 0]) == pytest.approx(expected[0], abs=1e-6)
    by_density = evidence_by_marginal_density(features, standard[:, 0])
    assert expected[0] == pytest.approx(by_density, abs=2e-6)


def test_units_of_numbers_do_not_matter():
    features, targets = numbers()
    assert LogMe()(features, 1000 * targets - 7) == pytest.approx(LogMe()(features, targets))


def test_of_labels_it_is_the_mean_over_those_that_hold_for_some():
    features, labels = features_and_labels(60, 5, 3)
    several = np.stack([labels == 0, labels > 0, labels == 2, np.ones(60, bool)], axis=1)
    expected = [
        evidence_by_marginal_density(features, several[:, k].astype(float)) for k in (0, 1, 2)
    ]
    found = LogMe()(features, several.astype("int8"))
    assert found == pytest.approx(np.mean(expected), abs=2e-6)


def weighted_evidence(features, target, weights):
    """The formula of the paper with weighted examples, dense algebra, a and b searched."""
    num, width = weights.sum(), features.shape[1]

    def loss(logs):
        a, b = np.exp(logs)
        gram = a * np.eye(width) + b * features.T @ (weights[:, None] * features)
        m = b * np.linalg.solve(gram, features.T @ (weights * target))
        energy = b / 2 * weights @ (target - features @ m) ** 2 + a / 2 * m @ m
        known = num / 2 * np.log(b / (2 * np.pi)) + width / 2 * np.log(a)
        return -(known - energy - np.linalg.slogdet(gram)[1] / 2)

    settings = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000}
    return -minimize(loss, (3.0, 1.5), method="Nelder-Mead", options=settings).fun / num


def test_influences_are_the_derivatives_by_the_weights():
    features, labels = features_and_labels(40, 5, 2)
    score = LogMe()
    influences = score.influences(features, labels)
    for row in (0, 7, 23):
        slopes = []
        for c in (0, 1):
            target = (labels == c).astype(float)
            ends = [
                weighted_evidence(features, target, np.ones(40) + sign * 1e-3 * (_is(row) - 1 / 40))
                for sign in (1, -1)
            ]
            slopes.append((ends[0] - ends[1]) / 2e-3)
        assert influences[row] == pytest.approx(np.mean(slopes), abs=1e-6)


def _is(row):
    return (np.arange(40) == row).astype(float)


def test_scale_and_rotation_of_the_features_do_not_matter():
    features, labels = features_and_labels()
    turned = features @ np.linalg.qr(np.random.default_rng(1).normal(size=(12, 12)))[0]
    assert LogMe()(1000 * turned, labels) == pytest.approx(LogMe()(features, labels), abs=1e-7)


def test_features_that_say_nothing_and_features_that_say_all_have_a_score():
    labels = np.arange(20) % 2
    assert np.isfinite(LogMe()(np.zeros((20, 3)), labels))
    everything = LogMe()(np.eye(2)[labels], labels)
    assert np.isfinite(everything)
    assert everything > LogMe()(*features_and_labels(20, 3, 2))


@pytest.mark.parametrize(
    ("features", "labels", "says"),
    [
        (np.ones((3, 2)), [0, 0, 0], "two classes"),
        (np.ones((3, 2)), [0, 1], "one label an example"),
        (np.full((2, 2), np.nan), [0, 1], "4 that are not"),
        (np.ones((2, 2)), ["a", "b"], "class indices"),
        (np.ones((2, 2)), [1.0, 1.0], "numbers that differ"),
        (np.ones((2, 2)), [1.0, np.nan], "finite numbers"),
        (np.ones((2, 2)), np.array([[0, 2], [1, 0]]), "of 0 and 1"),
        (np.ones((2, 2)), np.array([[0, 1], [0, 1]]), "some examples have"),
        (np.ones((2, 2)), [-1, 1], "class indices"),
    ],
)
def test_what_cannot_be_scored_is_refused(features, labels, says):
    with pytest.raises(UserError, match=says):
        LogMe()(features, labels)
