"""Decoded metrics during `fit`, and host metrics inside `compile`."""

import keras
import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.callbacks.decoded_metrics import DecodedMetrics
from ftkeras.errors import UserError
from ftkeras.scores.bleu import Bleu

WORDS = np.array(["the", "cat", "sat", "on", "mat", "."])


@pytest.fixture
def copying():
    """A model that learns to copy six words, untrained, and sentences to copy."""
    keras.utils.set_random_seed(0)
    tokens = np.random.default_rng(0).integers(0, 6, (32, 7))
    model = keras.Sequential(
        [keras.Input((7,), dtype="int32"), keras.layers.Embedding(6, 8), keras.layers.Dense(6)]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.004), loss)
    return model, tokens


def texts(tokens):
    return [" ".join(WORDS[row]) for row in tokens]


def decode(model, inputs):
    return texts(keras.ops.convert_to_numpy(model.predict_on_batch(inputs)).argmax(-1))


def halves(tokens):
    return [(part, texts(part)) for part in (tokens[:20], tokens[20:])]


def test_values_are_in_the_logs_and_callbacks_act_on_them(copying, tmp_path):
    model, tokens = copying
    bleu, errors = metrics.Bleu(), metrics.WordErrorRate()
    path = str(tmp_path / "best.weights.h5")
    history = model.fit(
        tokens, tokens, epochs=60, verbose=0, batch_size=8,
        callbacks=[
            DecodedMetrics([bleu, errors], halves(tokens), decode),
            keras.callbacks.ModelCheckpoint(path, "val_bleu", mode=bleu.direction,
                                            save_best_only=True, save_weights_only=True),
            keras.callbacks.EarlyStopping("val_word_error_rate", mode=errors.direction, patience=2),
        ],
    ).history  # fmt: skip
    assert history["val_word_error_rate"][-3:] == [0.0, 0.0, 0.0]
    assert len(history["loss"]) < 60
    assert history["val_bleu"][0] < history["val_bleu"][-1] == pytest.approx(100.0)
    model.load_weights(path)
    assert Bleu()(texts(tokens), decode(model, tokens)) == pytest.approx(max(history["val_bleu"]))


def test_each_epoch_is_scored_alone_over_all_batches(copying):
    model, tokens = copying
    callback = DecodedMetrics([metrics.Bleu(name="copy")], halves(tokens), decode, prefix="")
    callback.set_model(model)
    expected = Bleu()(texts(tokens), decode(model, tokens))
    assert callback.values() == callback.values() == {"copy": pytest.approx(expected)}


def test_a_data_set_of_tensors_is_read(copying):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("strings are tensors in TensorFlow only")
    import tensorflow as tf

    model, tokens = copying
    batches = tf.data.Dataset.from_tensor_slices((tokens, texts(tokens))).batch(5)
    callback = DecodedMetrics([metrics.Bleu()], batches, decode)
    callback.set_model(model)
    assert callback.values()["val_bleu"] == Bleu()(texts(tokens), decode(model, tokens))


def test_a_host_metric_in_a_compiled_model_is_refused_and_in_an_eager_one_works():
    if keras.backend.backend() != "tensorflow":
        pytest.skip("models run eagerly in TensorFlow only")
    outcome = keras.Sequential([keras.Input((7,)), keras.layers.Dense(1)])
    words = np.array([["the cat"], ["a dog"]] * 4)

    class Spoken(metrics.Bleu):
        """Reads class 1 as "the cat", so that a model without text can be asked."""

        def update_state(self, y_true, y_pred, sample_weight=None):
            if hasattr(y_pred, "numpy"):
                y_pred = np.where(y_pred.numpy()[:, 0] > 1e9, "a dog", "the cat")
                y_true = words[: len(y_pred), 0]
            super().update_state(y_true, y_pred, sample_weight)

    x = np.zeros((8, 7))
    outcome.compile("sgd", "mse", metrics=[Spoken()])
    with pytest.raises(UserError, match="outside the compiled step"):
        outcome.evaluate(x, np.zeros(8), verbose=0)
    outcome.compile("sgd", "mse", metrics=[Spoken()], run_eagerly=True)
    found = outcome.evaluate(x, np.zeros(8), batch_size=8, verbose=0, return_dict=True)
    expected = Bleu()(words[:, 0], ["the cat"] * 8)
    assert found["bleu"] == pytest.approx(expected, rel=1e-6)
    history = outcome.fit(x, np.zeros(8), batch_size=8, epochs=2, verbose=0).history
    assert history["bleu"] == pytest.approx([expected] * 2, rel=1e-6)


def test_mistakes_are_refused_early(copying):
    model, tokens = copying
    with pytest.raises(UserError, match="Make a list"):
        DecodedMetrics([metrics.Bleu()], iter(halves(tokens)), decode)
    with pytest.raises(UserError, match="val_bleu, val_bleu"):
        DecodedMetrics([metrics.Bleu(), metrics.Bleu()], halves(tokens), decode)
    callback = DecodedMetrics([metrics.Bleu(name="loss")], halves(tokens), decode)
    with pytest.raises(UserError, match="val_loss, which Keras reports"):
        model.fit(tokens, tokens, validation_data=(tokens, tokens), verbose=0, callbacks=[callback])
