import numpy as np
import pytest
from sklearn.covariance import LedoitWolf

from ftkeras.transferability.h_score import HScore
from tests.transferability.drawn import features_and_labels


def weighted(features, labels, weights, amount):
    """Both definitions from their formulas, with every covariance a sum over examples."""
    shares = weights / weights.sum()
    centred = features - shares @ features
    covariance = sum(p * np.outer(z, z) for p, z in zip(shares, centred, strict=True))
    between = np.zeros_like(covariance)
    for c in np.unique(labels):
        own = labels == c
        mean = (shares[own] @ centred[own]) / shares[own].sum()
        between += shares[own].sum() * np.outer(mean, mean)
    width = features.shape[1]
    shrunk = (1 - amount) * covariance + amount * np.trace(covariance) / width * np.eye(width)
    return (1 - amount) * np.trace(np.linalg.solve(shrunk, between))


@pytest.mark.parametrize("classes", [2, 5])
def test_it_is_the_trace_of_the_paper(classes):
    features, labels = features_and_labels(classes=classes)
    expected = weighted(features, labels, np.ones(len(labels)), 0.0)
    assert HScore(shrunk=False)(features, labels) == pytest.approx(expected, rel=1e-9)
    assert 0 < expected < classes - 1


@pytest.mark.parametrize(("examples", "width"), [(90, 12), (30, 60)])
def test_shrunk_it_is_the_trace_with_scikit_learns_covariance(examples, width):
    features, labels = features_and_labels(examples, width)
    centred = features - features.mean(axis=0)
    fitted = LedoitWolf(assume_centered=True).fit(centred)
    means = np.stack([centred[labels == label].mean(axis=0) for label in labels])
    between = means.T @ means / examples
    expected = (1 - fitted.shrinkage_) * np.trace(np.linalg.solve(fitted.covariance_, between))
    assert HScore()(features, labels) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("shrunk", [False, True])
def test_influences_are_the_derivatives_by_the_weights(shrunk):
    features, labels = features_and_labels(40, 6)
    centred = features - features.mean(axis=0)
    amount = LedoitWolf(assume_centered=True).fit(centred).shrinkage_ if shrunk else 0.0
    influences = HScore(shrunk=shrunk).influences(features, labels)
    slopes = []
    for row in range(40):
        step = 1e-4 * (np.eye(40)[row] - 1 / 40)
        ends = [weighted(features, labels, 1 + sign * step, amount) for sign in (1, -1)]
        slopes.append((ends[0] - ends[1]) / 2e-4)
    np.testing.assert_allclose(influences, slopes, atol=1e-8)
    assert influences.sum() == pytest.approx(0, abs=1e-12)


def test_constant_and_repeated_columns_change_nothing_unshrunk():
    features, labels = features_and_labels()
    padded = np.hstack([features, np.ones((len(labels), 1)), features[:, :1]])
    plain = HScore(shrunk=False)(features, labels)
    assert HScore(shrunk=False)(padded, labels) == pytest.approx(plain, rel=1e-6)


def test_features_without_any_spread_score_zero():
    assert HScore()(np.ones((6, 2)), np.arange(6) % 2) == 0
    assert HScore(shrunk=False)(np.ones((6, 2)), np.arange(6) % 2) == 0
