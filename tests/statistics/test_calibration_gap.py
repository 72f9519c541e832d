import numpy as np
import pytest
from scipy.stats import kstest

from ftkeras.errors import UserError
from ftkeras.scores.expected_calibration_error import ExpectedCalibrationError
from ftkeras.statistics import calibration_gap as room
from ftkeras.statistics.calibration_gap import calibration_gap


def calibrated(rng, size):
    probability = rng.beta(2, 1, size=size)
    return probability, rng.random(size) < probability


@pytest.mark.parametrize("num_bins", [5, 15])
def test_the_value_is_the_score_of_that_name(num_bins):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=500)
    happened = rng.random(500) < 0.4
    found = calibration_gap(1 / (1 + np.exp(-logits)), happened, num_bins=num_bins)
    score = ExpectedCalibrationError(num_bins=num_bins)
    assert found.value == pytest.approx(score(happened.astype(int), logits))


def test_with_more_classes_it_is_the_score_on_confidences():
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(400, 4))
    labels = rng.integers(0, 4, 400)
    share = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    found = calibration_gap(share.max(axis=1), share.argmax(axis=1) == labels)
    assert found.value == pytest.approx(ExpectedCalibrationError(num_classes=4)(labels, logits))


def test_the_bias_is_what_calibrated_models_show():
    rng = np.random.default_rng(2)
    found = [calibration_gap(*calibrated(rng, 200), resamples=200, seed=k) for k in range(200)]
    shown = np.array([each.value for each in found])
    assert np.mean([each.by_chance for each in found]) == pytest.approx(shown.mean(), rel=0.05)
    above = np.mean([each.value > each.by_chance_high for each in found])
    assert 0.01 <= above <= 0.10  # nominal 0.05
    assert kstest([each.p_value for each in found], "uniform").pvalue > 0.01


def test_one_bin_of_even_odds_has_the_bias_of_a_fair_coin():
    found = calibration_gap(np.full(100, 0.5), np.arange(100) < 50, resamples=4000)
    # The mean distance of a Binomial(100, 1/2) from 50, by its normal limit.
    assert found.by_chance == pytest.approx(np.sqrt(2 / np.pi) * 5 / 100, rel=0.05)
    assert found.p_value == 1.0


def test_a_model_that_is_too_sure_is_found_out():
    rng = np.random.default_rng(3)
    probability, happened = calibrated(rng, 1000)
    sharper = probability**3 / (probability**3 + (1 - probability) ** 3)
    found = calibration_gap(sharper, happened)
    assert found.value > found.by_chance_high
    assert found.p_value < 0.01


def test_large_data_sets_are_simulated_alike(monkeypatch):
    probability, happened = calibrated(np.random.default_rng(4), 3000)
    exact = calibration_gap(probability, happened, resamples=2000)
    monkeypatch.setattr(room, "_EXACT", 100)
    normal = calibration_gap(probability, happened, resamples=2000)
    assert normal.value == exact.value
    assert normal.by_chance == pytest.approx(exact.by_chance, rel=0.05)
    assert normal.by_chance_high == pytest.approx(exact.by_chance_high, rel=0.05)


@pytest.mark.parametrize("probability", [[], [1.2], [float("nan")]])
def test_what_is_no_probability_is_refused(probability):
    with pytest.raises(UserError, match="Received"):
        calibration_gap(np.array(probability), np.ones(len(probability)))
