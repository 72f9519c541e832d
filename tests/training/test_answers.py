"""One pass gives what `predict` and `evaluate` give in two."""

import keras
import numpy as np

from ftkeras.training.answers import answers
from ftkeras.training.batches import Batches, for_keras
from ftkeras.training.examples import from_features
from ftkeras.training.objective import Objective, compile_model


class Counting(keras.layers.Layer):
    """Counts the examples that pass."""

    def build(self, shape):
        self.seen = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x):
        self.seen.assign_add(keras.ops.cast(keras.ops.shape(x)[0], "float32"))
        return x


def test_logits_loss_and_metrics_are_those_of_two_passes():
    keras.utils.set_random_seed(2)
    given = keras.Input((5,))
    count = Counting()
    outputs = keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L2(0.3))(count(given))
    model = keras.Model(given, outputs)
    objective = Objective(
        "BinaryCrossentropy(from_logits=True)",
        lambda: [keras.metrics.BinaryAccuracy(threshold=0.0), keras.metrics.AUC(from_logits=True, name="area")],
        "val_loss", "min",
    )  # fmt: skip
    generator = np.random.default_rng(0)
    rows = from_features(
        generator.normal(size=(50, 5)).astype("float32"), generator.integers(0, 2, 50)
    )
    logits, streamed = answers(model, objective, rows, 8)
    assert float(count.seen) == 50 + 1  # and one, for what layers add to the loss
    compile_model(model, objective)
    expected = model.evaluate(for_keras(Batches(rows, 8)), verbose=0, return_dict=True)
    assert set(streamed) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(streamed[name], value, rtol=1e-6, err_msg=name)
    np.testing.assert_array_equal(logits, model.predict(rows.features, batch_size=8, verbose=0))
