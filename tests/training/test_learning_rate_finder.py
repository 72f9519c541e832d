"""The range test: what it reads from a curve, when it stops, and that it leaves no trace."""

import keras
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from ftkeras.errors import UserError
from ftkeras.training import find_learning_rate
from ftkeras.training.learning_rate_finder import suggest


def regression(n=256, seed=0):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, 4)).astype("float32")
    return x, (x @ [[1.0], [-2.0], [0.5], [3.0]]).astype("float32")


def linear(optimizer):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizer=optimizer, loss="mse")
    return model


def test_the_rate_is_below_the_one_at_which_descent_diverges():
    """Gradient descent on a quadratic loss diverges from 2 / (largest eigenvalue) on."""
    x, y = regression()
    with_bias = np.concatenate([x, np.ones((len(x), 1))], axis=1)
    most = 2 / np.linalg.eigvalsh(2 / len(x) * with_bias.T @ with_bias)[-1]
    model = linear(keras.optimizers.SGD(1.0))
    found = find_learning_rate(model, [(x, y)], lowest=1e-5, highest=100.0)
    assert found.diverged
    assert len(found.rates) < 100
    assert most / 100 < found.suggested < most
    assert found.suggested <= found.lowest / 10 * 1.01
    model.optimizer.learning_rate = found.suggested
    history = model.fit(x, y, batch_size=len(x), epochs=30, verbose=0).history["loss"]
    assert history[-1] < 0.2 * history[0]


def test_nothing_is_left_behind():
    keras.utils.set_random_seed(0)
    x, y = regression(64)
    layers = [keras.layers.Dense(4), keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)]
    model = keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(0.01, use_ema=True), loss="mse", metrics=["mae"])
    model.fit(x, y, batch_size=16, epochs=2, verbose=0)  # moments, averages and counts are there
    everything = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    before = [np.array(variable.numpy()) for variable in everything]
    find_learning_rate(model, [(x[:32], y[:32]), (x[32:], y[32:])], steps=20)
    assert len(before) > 20
    for variable, old in zip(everything, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), old, err_msg=variable.path)


def test_a_curve_is_smoothed_by_a_normalised_gaussian():
    losses = np.random.default_rng(3).normal(size=60)
    found = suggest(np.geomspace(1e-4, 1.0, 60), losses, width=2.5)
    given = {"sigma": 2.5, "mode": "constant", "truncate": 30.0}
    expected = gaussian_filter1d(losses, **given) / gaussian_filter1d(np.ones(60), **given)
    np.testing.assert_allclose(found.smoothed, expected, atol=1e-12)


def test_noise_without_a_fall_suggests_nothing():
    generator = np.random.default_rng(0)
    rates = np.geomspace(1e-7, 10.0, 100)
    silent = sum(
        suggest(rates, 0.7 + 0.1 * generator.normal(size=100)).suggested is None for _ in range(60)
    )
    assert silent >= 57
    falling = 0.7 - 0.4 / (1 + (1e-3 / rates) ** 2) + 0.02 * generator.normal(size=100)
    assert 1e-4 < suggest(rates, falling).suggested < 1e-2


def test_what_comes_after_a_loss_that_is_no_number_is_not_looked_at():
    rates = np.geomspace(1e-5, 1.0, 40)
    losses = 1 / (1 + rates / 1e-3)
    losses[30:] = np.nan
    found = suggest(rates, losses)
    assert found.diverged
    assert np.isnan(found.smoothed[30:]).all()
    assert found.suggested <= rates[29] / 10
    assert found.as_json()["smoothed"][-1] is None


@pytest.mark.parametrize(
    ("compiled", "data", "rates", "words"),
    [
        (None, [1], {}, "Expected a compiled model"),
        (keras.optimizers.schedules.CosineDecay(0.1, 10), [1], {}, "plain learning rate"),
        (0.1, [], {}, "at least one batch"),
        (0.1, [1], {"lowest": 1.0, "highest": 0.1}, "`lowest` < `highest`"),
    ],
)
def test_what_cannot_be_tested_is_refused(compiled, data, rates, words):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    if compiled is not None:
        model.compile(optimizer=keras.optimizers.SGD(compiled), loss="mse")
    with pytest.raises(UserError, match=words):
        find_learning_rate(model, data, **rates)
