"""Losses of numbers and of labels against scikit-learn, SciPy and formulas written out."""

import numpy as np
import pytest
from scipy.special import expit, huber
from sklearn.metrics import log_loss, mean_absolute_error, mean_squared_error

from ftkeras.errors import UserError
from ftkeras.training.losses.absolute_error import AbsoluteError
from ftkeras.training.losses.huber import Huber
from ftkeras.training.losses.label_cross_entropy import LabelCrossEntropy
from ftkeras.training.losses.squared_error import SquaredError

SPREAD = (2.0, 50.0)


@pytest.fixture
def numbers():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(64, 2)) * SPREAD + [10, -300]
    return truth, (truth + rng.normal(size=(64, 2)) * SPREAD).astype("float32")


def test_errors_are_counted_in_standard_deviations(numbers):
    truth, predicted = numbers
    scaled = truth / SPREAD, predicted / SPREAD
    squared = float(SquaredError()(SPREAD, 0.0)(truth, predicted))
    assert squared == pytest.approx(mean_squared_error(*scaled), rel=1e-5)
    absolute = float(AbsoluteError()(SPREAD, 0.0)(truth, predicted))
    assert absolute == pytest.approx(mean_absolute_error(*scaled), rel=1e-5)
    error = scaled[0] - scaled[1]
    for delta in (0.3, 1.0, 5.0):
        found = float(Huber(delta)(SPREAD, 0.0)(truth, predicted))
        assert found == pytest.approx(huber(delta, error).mean(), rel=1e-5)


def test_one_target_may_lack_its_axis(numbers):
    truth, predicted = numbers[0][:, 0], numbers[1][:, :1]
    loss = SquaredError()(SPREAD[:1], 0.0)
    expected = mean_squared_error(truth / 2, predicted[:, 0] / 2)
    assert float(loss(truth, predicted)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_labels_cost_what_scikit_learn_says_of_each(smoothing):
    rng = np.random.default_rng(1)
    truth, logits = rng.integers(0, 2, (50, 3)), rng.normal(size=(50, 3)).astype("float32")
    shares = expit(logits.astype("float64"))
    plain = np.mean([log_loss(truth[:, k], shares[:, k]) for k in range(3)])
    other = np.mean([log_loss(1 - truth[:, k], shares[:, k]) for k in range(3)])
    expected = (1 - smoothing / 2) * plain + smoothing / 2 * other
    found = float(LabelCrossEntropy()((), smoothing)(truth.astype("int8"), logits))
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("delta", [0, -1.0, float("inf"), "1"])
def test_a_delta_that_is_none_is_refused(delta):
    with pytest.raises(UserError, match="Received: delta="):
        Huber(delta)
