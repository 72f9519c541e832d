import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from ftkeras.calibration.vector import Vector, VectorScaler
from tests.calibration import reference


def test_with_two_classes_it_is_a_logistic_regression_on_the_logit():
    logits, labels = reference.case(2, size=5000)
    found = Vector().fit(logits, labels)(logits)
    fitted = LogisticRegression(C=np.inf, tol=1e-8).fit(logits, labels)
    np.testing.assert_allclose(found, fitted.predict_proba(logits), atol=2e-3)


def test_known_weights_and_biases_are_found_again():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(60_000, 3))
    weights, biases = np.array([0.5, 1.5, 1.0]), np.array([0.0, 1.0, -1.0])
    centred = logits - logits.mean(axis=1, keepdims=True)
    labels = (centred * weights + biases + rng.gumbel(size=logits.shape)).argmax(axis=1)
    scaler = Vector().fit(logits, labels)
    np.testing.assert_allclose(scaler.weights, weights, atol=0.05)
    np.testing.assert_allclose(np.array(scaler.biases) - scaler.biases[0], biases, atol=0.05)


def test_its_gradient_leads_to_the_least_loss():
    logits, labels = reference.case(4)
    scaler = Vector().fit(logits, labels)
    least = reference.log_loss(scaler(logits), labels)
    rng = np.random.default_rng(0)
    for _ in range(20):
        moved = VectorScaler(
            tuple(np.array(scaler.weights) + rng.normal(scale=0.1, size=4)),
            tuple(np.array(scaler.biases) + rng.normal(scale=0.1, size=4)),
        )
        assert reference.log_loss(moved(logits), labels) > least


def test_weights_of_one_change_nothing():
    logits, _ = reference.case(3)
    same = VectorScaler((1.0,) * 3, (0.0,) * 3)
    np.testing.assert_allclose(same(logits), softmax(logits, axis=1))


def test_separable_logits_stay_finite():
    scaler = Vector().fit(np.eye(3)[[0, 1, 2] * 3], np.array([0, 1, 2] * 3))
    assert np.abs(scaler.weights).max() < 10
    assert scaler(np.eye(3)).max() < 1
    assert scaler(np.eye(3)).sum(axis=1) == pytest.approx([1, 1, 1])
