"""Stochastic weight averaging: the plain mean, its statistics, and that it has to win."""

import keras
import numpy as np
import pytest

from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.errors import UserError
from ftkeras.training.batches import Batches
from ftkeras.training.examples import from_features
from ftkeras.training.fit import Objective, Surroundings, fit_phase
from ftkeras.training.weight_average import recompute_batch_norm

TRUTH = np.linspace(-2, 2, 12)
OBJECTIVE = Objective("MeanSquaredError()", list, "val_loss", "min")


class Ends(keras.callbacks.Callback):
    """Notes the weights at the end of every epoch."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append([np.array(w, "float64") for w in self.model.get_weights()])


def fitted(learning_rate, epochs=6, swa=0.5, noise=1.0):
    generator = np.random.default_rng(0)
    x = generator.normal(size=(256, 12)).astype("float32")
    y = (x @ TRUTH + noise * generator.normal(size=256)).astype("float32")
    truth = generator.normal(size=(200, 12)).astype("float32")
    validation = from_features(truth, (truth @ TRUTH).astype("float32"))
    model = keras.Sequential(
        [keras.Input((12,)), keras.layers.Dense(1, kernel_initializer="zeros")]
    )
    phase = Phase(Call("linear_probe"), epochs=epochs, learning_rate=learning_rate, batch_size=4,
                  optimizer="sgd", weight_decay=0.0, swa=swa)  # fmt: skip
    ends = Ends()
    around = Surroundings(callbacks=[ends])
    result = fit_phase(
        model, phase, OBJECTIVE, from_features(x, y), validation, seed=0, around=around
    )
    return model, result, ends.seen


def test_the_average_is_the_plain_mean_of_the_last_epochs_and_wins_over_a_noisy_walk():
    model, result, seen = fitted(learning_rate=0.1, epochs=12, swa=0.25)
    assert (result.averaged, result.best_epoch) == (9, 13)
    assert len(result.history["val_loss"]) == 13
    assert np.isnan(result.history["loss"][-1])
    assert result.history["val_loss"][-1] < min(result.history["val_loss"][:-1])
    for index, weight in enumerate(model.get_weights()):
        mean = np.mean([weights[index] for weights in seen[3:]], axis=0)
        np.testing.assert_allclose(weight, mean, rtol=1e-6)


def test_an_average_that_is_worse_than_the_last_epoch_is_not_kept():
    """A slow steady walk: every mean lies behind where it has come to."""
    model, result, seen = fitted(learning_rate=0.0005, noise=0.0)
    assert result.best_epoch == 6
    assert result.history["val_loss"][6] > result.history["val_loss"][5]
    np.testing.assert_array_equal(model.get_weights()[0], seen[5][0].astype("float32"))


def test_an_average_of_one_is_none():
    _, result, _ = fitted(learning_rate=0.1, swa=0.9)
    assert result.averaged == 0
    assert len(result.history["val_loss"]) == 6


def test_statistics_of_batch_normalisation_are_means_over_batches():
    generator = np.random.default_rng(1)
    x = generator.normal(2.0, 3.0, size=(40, 3)).astype("float32")
    norm = keras.layers.BatchNormalization()
    still = keras.layers.BatchNormalization(trainable=False)
    model = keras.Sequential([keras.Input((3,)), norm, still, keras.layers.Dense(1)])
    still.moving_mean.assign([7.0, 8.0, 9.0])
    recompute_batch_norm(model, Batches(from_features(x, np.zeros(40)), 16))
    batches = [x[:16], x[16:32], x[32:]]
    means = np.mean([batch.mean(axis=0) for batch in batches], axis=0)
    variances = np.mean([batch.var(axis=0) for batch in batches], axis=0)
    np.testing.assert_allclose(norm.moving_mean, means, rtol=1e-5)
    np.testing.assert_allclose(norm.moving_variance, variances, rtol=1e-5)
    np.testing.assert_array_equal(still.moving_mean, [7.0, 8.0, 9.0])
    assert norm.momentum == 0.99


def test_two_averages_at_once_are_refused():
    with pytest.raises(UserError, match="one average of the weights"):
        Phase(Call("linear_probe"), ema=0.9, swa=0.5)
