"""Repeated rows; NumPy on the dense gradient, which has no rows to repeat, is the reference."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.training import fit, merge_duplicate_rows

# Row 0 is looked up twice, with gradients of unlike sign and size.
ROWS = tf.IndexedSlices(
    tf.constant([[1.0, -3.0], [2.0, 1.0], [0.5, 0.5]]), tf.constant([0, 0, 1]), tf.constant([3, 2])
)
DENSE = np.array([[3.0, -2.0], [0.5, 0.5], [0.0, 0.0]])
RATE = 0.1


def moved(optimizer, gradient=ROWS, steps=1, compiled=False):
    variable = keras.Variable(np.zeros((3, 2), "float32"))
    optimizer.build([variable])
    step = tf.function(lambda: optimizer.apply([gradient]), jit_compile=compiled)
    for _ in range(steps):
        step()
    return variable.numpy()


def adagrad_by_hand(start=0.1, epsilon=1e-7):
    return -RATE * DENSE / np.sqrt(start + DENSE**2 + epsilon)


def rmsprop_by_hand(decay=0.9, epsilon=1e-7):
    return -RATE * DENSE / np.sqrt((1 - decay) * DENSE**2 + epsilon)


def adam_by_hand(steps, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    first, second, weights = 0.0, 0.0, 0.0
    for step in range(1, steps + 1):
        first = beta_1 * first + (1 - beta_1) * DENSE
        second = beta_2 * second + (1 - beta_2) * DENSE**2
        rate = RATE * np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        weights = weights - rate * first / (np.sqrt(second) + epsilon)
    return weights


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (keras.optimizers.Adagrad, adagrad_by_hand()),
        (keras.optimizers.RMSprop, rmsprop_by_hand()),
        (keras.optimizers.Adam, adam_by_hand(steps=1)),
    ],
)
def test_a_repeated_row_moves_by_its_summed_gradient(make, expected):
    np.testing.assert_allclose(moved(merge_duplicate_rows(make(RATE))), expected, atol=1e-6)


def test_keras_alone_moves_a_repeated_row_by_a_wrong_amount():
    """When this fails, Keras has mended it and `merge_duplicate_rows` can go."""
    wrong = moved(keras.optimizers.Adam(RATE))
    # The first moment holds the sum, the second the sum of squares: 0.1 * (1 + 2) / sqrt(1 + 4).
    assert wrong[0, 0] == pytest.approx(-0.1 * 3 / 5**0.5, abs=1e-5)
    assert adam_by_hand(steps=1)[0, 0] == pytest.approx(-0.1, abs=1e-5)


@pytest.mark.parametrize("compiled", [False, True])
def test_later_steps_are_right_too_also_in_xla(compiled):
    optimizer = merge_duplicate_rows(keras.optimizers.Adam(RATE))
    found = moved(optimizer, steps=3, compiled=compiled)
    np.testing.assert_allclose(found, adam_by_hand(steps=3), atol=1e-5)  # 1 - 0.999**t in float32


@pytest.mark.parametrize("name", ["adamax", "nadam", "adadelta", "ftrl", "lion", "adafactor",
                                  "adamw", "sgd", "muon"])  # fmt: skip
def test_rows_and_the_dense_gradient_give_the_same(name):
    dense = tf.constant(DENSE, "float32")
    found = moved(merge_duplicate_rows(keras.optimizers.get(name)), steps=2)
    np.testing.assert_allclose(found, moved(keras.optimizers.get(name), dense, 2), atol=1e-6)


@pytest.mark.parametrize("clip", [{"clipnorm": 1.0}, {"global_clipnorm": 1.0}])
def test_the_norm_that_clips_is_that_of_the_summed_gradient(clip):
    found = moved(merge_duplicate_rows(keras.optimizers.SGD(RATE, **clip)))
    np.testing.assert_allclose(found, -RATE * DENSE / np.linalg.norm(DENSE), atol=1e-6)


def test_a_dense_gradient_is_left_alone():
    gradient = tf.constant(DENSE, "float32")
    found = moved(merge_duplicate_rows(keras.optimizers.Adam(RATE)), gradient)
    np.testing.assert_array_equal(found, moved(keras.optimizers.Adam(RATE), gradient))


def test_it_is_the_same_object_with_its_settings():
    optimizer = keras.optimizers.AdamW(RATE)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    merged = merge_duplicate_rows(optimizer)
    assert merged is optimizer
    assert merge_duplicate_rows(merged) is merged
    assert type(merged).__name__ == "AdamWWithMergedRows"


def test_its_configuration_survives():
    merged = merge_duplicate_rows(keras.optimizers.Adam(0.25, beta_1=0.8, clipnorm=2.0))
    again = keras.optimizers.deserialize(keras.optimizers.serialize(merged))
    assert type(again) is type(merged)
    assert again.get_config() == merged.get_config()
    np.testing.assert_array_equal(moved(again), moved(merged))


def test_a_saved_model_goes_on_training_with_the_same_bits(tmp_path):
    keras.utils.set_random_seed(0)
    x, y = np.array([[0, 0, 1, 2], [3, 3, 3, 0]] * 4), np.ones((8, 1))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Embedding(5, 3),
                              keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(1)])  # fmt: skip
    model.compile(merge_duplicate_rows(keras.optimizers.Adam(RATE)), "mse")
    model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    for each in (model, again):
        each.fit(x, y, epochs=2, shuffle=False, verbose=0)
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert type(again.optimizer).__name__ == "AdamWithMergedRows"


def test_ftkeras_trains_with_merged_rows():
    optimizer = fit.optimizer(Phase(Call("everything"), learning_rate=RATE, weight_decay=0.0))
    np.testing.assert_allclose(moved(optimizer), adam_by_hand(steps=1), atol=1e-6)


WRAPPING = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam())


@pytest.mark.parametrize("wrong", ["adam", WRAPPING])
def test_what_is_no_optimizer_is_refused(wrong):
    with pytest.raises(TypeError, match="Received: optimizer="):
        merge_duplicate_rows(wrong)
