"""What each setting of a phase does to the numbers, against arithmetic written independently."""

import keras
import numpy as np
import pytest

from ftkeras.call_string import Call
from ftkeras.contracts.backbone import Block
from ftkeras.contracts.phase import OPTIMIZERS, Phase
from ftkeras.errors import UserError
from ftkeras.training.examples import from_features
from ftkeras.training.fit import Objective, Surroundings, fit_phase
from ftkeras.training.phase_optimizer import optimizer

OBJECTIVE = Objective("BinaryCrossentropy(from_logits=True)", list, "val_loss", "min")
GRADIENTS = np.random.default_rng(0).normal(size=(12, 3, 2)).astype("float32")


def phase(**settings):
    return Phase(Call("everything"), **{"weight_decay": 0.0, "learning_rate": 0.1, **settings})


def moved(made, gradients, start=None, name="kernel"):
    """Where a variable is after each of the gradients."""
    variable = keras.Variable(np.ones((3, 2), "float32") if start is None else start, name=name)
    made.build([variable])
    path = []
    for gradient in gradients:
        made.apply([keras.ops.convert_to_tensor(gradient)], [variable])
        path.append(variable.numpy())
    return np.array(path)


@pytest.mark.parametrize(
    ("schedule", "warmup", "expected"),
    [
        ("constant", 0.5, [0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1, 1, 1]),
        ("linear", 0.0, [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]),
        ("linear", 0.2, [0.5, 1, 1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8]),
        ("cosine", 0.0, (1 + np.cos(np.pi * np.arange(10) / 10)) / 2),
        ("cosine(end=0.2)", 0.0, 0.2 + 0.8 * (1 + np.cos(np.pi * np.arange(10) / 10)) / 2),
        ("polynomial(power=2, end=0.1)", 0.0, 0.1 + 0.9 * (1 - np.arange(10) / 10) ** 2),
        ("polynomial(power=1)", 0.5, [0.2, 0.4, 0.6, 0.8, 1, 1, 0.8, 0.6, 0.4, 0.2]),
        ("exponential(decay_rate=0.01)", 0.0, 10 ** (-2 * np.arange(10) / 10)),
        ("inverse_time(decay_rate=4)", 0.0, 1 / (1 + 4 * np.arange(10) / 10)),
        (
            "cosine_restarts(first=0.5, m_mul=0.5)",
            0.0,
            np.repeat([1, 0.5], 5) * (1 + np.cos(np.pi * np.tile(np.arange(5), 2) / 5)) / 2,
        ),
        (
            "cosine_restarts(first=0.3, t_mul=2)",
            0.0,
            [(1 + np.cos(np.pi * part)) / 2 for part in (0, 1 / 3, 2 / 3, *np.arange(6) / 6, 0)],
        ),
        (
            "piecewise(boundaries=[0.3, 0.8], factors=[1, 0.5, 0.1])",
            0.0,
            np.repeat([1, 0.5, 0.1], [3, 5, 2]),
        ),
    ],
)
def test_each_step_is_as_long_as_the_schedule_says(schedule, warmup, expected):
    settings = phase(optimizer="sgd", schedule=schedule, warmup=warmup, epochs=5)
    path = moved(optimizer(settings, steps=2), np.ones((10, 3, 2)))
    lengths = -np.diff([1.0, *path[:, 0, 0]])
    np.testing.assert_allclose(lengths, 0.1 * np.array(expected), atol=1e-6)


@pytest.mark.parametrize("name", ["sgd", "adamw"])
def test_weight_decay_spares_vectors_and_biases(name):
    made = optimizer(
        phase(optimizer=name, weight_decay=0.5),
        variables=[vector := keras.Variable(np.ones(3, "float32"), name="scale")],
    )
    bias = keras.Variable(np.ones((2, 3), "float32"), name="bias")
    kernel = keras.Variable(np.ones((2, 3), "float32"), name="kernel")
    made.build([vector, bias, kernel])
    zeros = [keras.ops.zeros(v.shape) for v in (vector, bias, kernel)]
    for _ in range(2):
        made.apply(zeros, [vector, bias, kernel])
    np.testing.assert_array_equal(vector.numpy(), 1)
    np.testing.assert_array_equal(bias.numpy(), 1)
    np.testing.assert_allclose(kernel.numpy(), (1 - 0.1 * 0.5) ** 2, rtol=1e-6)


def test_all_gradients_together_are_clipped_to_the_norm():
    made = optimizer(phase(optimizer="sgd", clip_norm=1.0))
    pair = [keras.Variable(np.zeros(n, "float32")) for n in (3, 2)]
    made.build(pair)
    gradients = [np.array([3.0, 0, 0], "float32"), np.array([0, 4.0], "float32")]
    made.apply([keras.ops.convert_to_tensor(g) for g in gradients], pair)
    for variable, gradient in zip(pair, gradients, strict=True):
        np.testing.assert_allclose(variable.numpy(), -0.1 * gradient / 5, rtol=1e-6)


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_accumulated_batches_make_the_step_of_their_mean(name):
    few = moved(optimizer(phase(optimizer=name, accumulate=3)), GRADIENTS)
    whole = moved(optimizer(phase(optimizer=name)), GRADIENTS.reshape(4, 3, 3, 2).mean(1))
    np.testing.assert_allclose(few[2::3], whole, rtol=1e-5)
    np.testing.assert_array_equal(few[:2], 1)


def test_embeddings_can_accumulate():
    keras.utils.set_random_seed(0)
    layers = [keras.Input((2,), dtype="int32"), keras.layers.Embedding(5, 1)]
    model = keras.Sequential([*layers, keras.layers.GlobalAveragePooling1D()])
    start = model.get_weights()[0]
    settings = phase(optimizer="sgd", accumulate=2, learning_rate=1.0)
    made = optimizer(settings, 2, model.trainable_variables)
    model.compile(made, lambda y, p: keras.ops.sum(y * p))
    model.fit(np.array([[1, 1], [1, 2]]), np.ones((2, 1)), batch_size=1, verbose=0)
    expected = start[:, 0] - np.array([0, 0.75, 0.25, 0, 0])
    np.testing.assert_allclose(model.get_weights()[0][:, 0], expected, rtol=1e-6)


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw"])
def test_layer_decay_is_what_separate_optimizers_do(name):
    layers = [keras.layers.Dense(2, name=f"layer_{i}") for i in range(3)]
    for layer in layers:
        layer.build((None, 3))
    blocks = tuple(Block(layer.name, (layer,)) for layer in layers[:2])
    settings = phase(optimizer=name, layer_decay=0.5, weight_decay=0.1)
    kernels = [layer.kernel for layer in layers]
    made = optimizer(settings, 1, kernels, blocks)
    made.build(kernels)
    starts = [kernel.numpy() for kernel in kernels]
    for gradient in GRADIENTS:
        made.apply([keras.ops.convert_to_tensor(gradient)] * 3, kernels)
    # Two blocks below the head: 0.5 squared, 0.5, and the head itself.
    for kernel, start, rate in zip(kernels, starts, (0.025, 0.05, 0.1), strict=True):
        alone = getattr(keras.optimizers, {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW"}[name])
        reference = alone(learning_rate=rate, weight_decay=0.1)
        expected = moved(reference, GRADIENTS, start)[-1]
        np.testing.assert_allclose(kernel.numpy(), expected, rtol=1e-6, atol=1e-7)


def test_layer_decay_follows_the_schedule():
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    start = layer.kernel.numpy()
    settings = phase(optimizer="sgd", layer_decay=0.5, schedule="linear", epochs=4)
    made = optimizer(settings, 1, [layer.kernel], (Block("only", (layer,)),))
    made.build([layer.kernel])
    for _ in range(4):
        made.apply([keras.ops.ones((3, 2))], [layer.kernel])
    expected = start - 0.5 * 0.1 * (1 + 0.75 + 0.5 + 0.25)
    np.testing.assert_allclose(layer.kernel.numpy(), expected, rtol=1e-5)


@pytest.fixture
def data():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(40, 3)).astype("float32")
    return x, (x[:, 0] + 0.3 * generator.normal(size=40) > 0).astype("int64")


def linear():
    layers = [keras.Input((3,)), keras.layers.Dense(1, use_bias=False)]
    model = keras.Sequential(layers)
    model.set_weights([np.full((3, 1), 0.5, "float32")])
    return model


def slope(x, y, w, smoothing=0.0):
    """Gradient of the mean smoothed cross-entropy at w."""
    target = y * (1 - smoothing) + smoothing / 2
    return x.T @ (1 / (1 + np.exp(-x @ w)) - target) / len(y)


def by_hand(x, y, epochs, smoothing=0.0, pull=0.0):
    path = [np.full(3, 0.5)]
    for _ in range(epochs):
        w = path[-1]
        path.append(w - 0.1 * (slope(x, y, w, smoothing) + pull * (w - path[0])))
    return np.array(path)


def fitted(data, **settings):
    model = linear()
    part = from_features(*data)
    full = phase(optimizer="sgd", batch_size=40, epochs=4, **settings)
    around = Surroundings(pretrained=((model.weights[0], model.get_weights()[0]),))
    result = fit_phase(model, full, OBJECTIVE, part, part, seed=0, around=around)
    return model.get_weights()[0][:, 0], result


def test_smoothed_labels_change_every_step(data):
    weights, result = fitted(data, label_smoothing=0.3)
    expected = by_hand(*data, 4, smoothing=0.3)[result.best_epoch]
    assert result.best_epoch == 4
    np.testing.assert_allclose(weights, expected, rtol=1e-5)
    assert np.abs(expected - by_hand(*data, 4)[4]).max() > 1e-3


def test_l2_sp_pulls_towards_the_start_and_nothing_stays_behind(data):
    weights, _ = fitted(data, l2_sp=2.0)
    expected = by_hand(*data, 4, pull=2.0)[4]
    np.testing.assert_allclose(weights, expected, rtol=1e-5)
    assert np.abs(expected - by_hand(*data, 4)[4]).max() > 1e-3


def test_the_average_is_evaluated_and_kept_and_training_goes_on_from_the_weights(data):
    weights, result = fitted(data, ema=0.8)
    path = by_hand(*data, 4)[1:]
    averages = [path[0]]
    for w in path[1:]:
        averages.append(0.8 * averages[-1] + 0.2 * w)
    np.testing.assert_allclose(weights, averages[result.best_epoch - 1], rtol=1e-5)
    x, y = data
    for average, reached in zip(averages, result.history["val_loss"], strict=True):
        z = x @ average
        assert reached == pytest.approx(np.logaddexp(0, np.where(y, -z, z)).mean(), abs=1e-6)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"schedule": "cosin"}, "Did you mean 'cosine'"),
        ({"schedule": "cosine(ends=0.1)"}, "argument of the schedule cosine: end"),
        ({"schedule": "linear(end=0.1)"}, "it takes none"),
        ({"schedule": "polynomial(power=0)"}, "`power` of the schedule polynomial to be a number"),
        ({"schedule": "piecewise(boundaries=[0.5, 0.2])"}, "rising shares"),
        ({"schedule": "piecewise(factors=[1, 0.1])"}, "one factor more than boundaries"),
        ({"optimizer": "adan"}, "Did you mean 'adam"),
        ({"cache": "float64"}, "cache="),
        ({"warmup": 1.0}, "warmup="),
        ({"layer_decay": 0}, "layer_decay="),
        ({"clip_norm": 0}, "clip_norm="),
        ({"accumulate": 0}, "accumulate="),
        ({"ema": 1}, "ema="),
        ({"label_smoothing": -0.1}, "label_smoothing="),
        ({"l2_sp": -1}, "l2_sp="),
    ],
)
def test_a_wrong_setting_is_refused_when_it_is_read(settings, says):
    with pytest.raises(UserError, match=says):
        phase(**settings)


def test_the_names_of_the_optimizers_are_those_of_keras():
    kind, wrapper = keras.optimizers.Optimizer, keras.optimizers.LossScaleOptimizer
    others = (kind, wrapper, keras.optimizers.Ftrl.__mro__[1])
    names = {
        name.lower() for name, value in vars(keras.optimizers).items()
        if isinstance(value, type) and issubclass(value, kind) and value not in others
    }  # fmt: skip
    assert names - {"multioptimizer"} == set(OPTIMIZERS)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_can_be_made(name):
    made = optimizer(phase(optimizer=name.upper()))
    assert name in [kind.__name__.lower() for kind in type(made).mro()]
