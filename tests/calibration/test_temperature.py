import numpy as np
import pytest
from scipy.special import softmax

from ftkeras.calibration.temperature import Temperature, TemperatureScaler
from tests.calibration import reference


@pytest.mark.parametrize("num_classes", [2, 4])
def test_it_is_scikit_learns_temperature(num_classes):
    logits, labels = reference.case(num_classes)
    new, _ = reference.case(num_classes, seed=1)
    found = Temperature().fit(logits, labels)(new)
    expected = reference.probabilities("temperature", logits, labels, new, num_classes)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_logits_that_are_three_times_too_large_have_temperature_three():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(100_000, 5))
    labels = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
    assert Temperature().fit(3 * logits, labels).temperature == pytest.approx(3, rel=0.02)


def test_decisions_stay_as_they_are():
    logits, labels = reference.case(4)
    scaler = Temperature().fit(logits, labels)
    assert (scaler(logits).argmax(axis=1) == logits.argmax(axis=1)).all()


def test_temperature_one_is_softmax():
    logits, _ = reference.case(3)
    np.testing.assert_allclose(TemperatureScaler(1.0)(logits), softmax(logits, axis=1))


def test_separable_logits_end_at_the_bound():
    scaler = Temperature().fit(np.array([[-1.0], [1.0]]), np.array([0, 1]))
    assert scaler.temperature == pytest.approx(np.exp(-5), rel=1e-3)
