"""Run by test_jax_fit.py with KERAS_BACKEND=jax: `fit` and `evaluate` with a suite, end to end."""

import json
import tempfile
from pathlib import Path

import keras
import numpy as np

from ftkeras import metrics

UNITS = 150


class Logs(keras.callbacks.Callback):
    """Keeps what is shown at the last step of an epoch."""

    def __init__(self):
        super().__init__()
        self.last = {}

    def on_train_batch_end(self, batch, logs=None):
        self.last = {key: float(value) for key, value in logs.items()}


def fitted(task, num_classes):
    """Trains for two epochs, the last batch ragged; compares with scores of the predictions."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, num_classes, UNITS)
    x = (rng.normal(size=(UNITS, 6)) + np.eye(6)[y]).astype("float32")
    weights = rng.choice([0.0, 1.0, 2.5], UNITS)
    outputs = 1 if num_classes == 2 else num_classes
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(outputs)])
    losses = keras.losses.BinaryCrossentropy, keras.losses.SparseCategoricalCrossentropy
    suite = metrics.suite(task, num_classes=num_classes)
    model.compile(
        keras.optimizers.SGD(0.1), losses[outputs > 1](from_logits=True), weighted_metrics=suite
    )
    stopping = keras.callbacks.EarlyStopping(monitor=f"val_{suite[0].name}", patience=5)
    history = model.fit(
        x, y, sample_weight=weights, validation_data=(x, y, weights), batch_size=32, epochs=2,
        verbose=0, callbacks=[stopping],
    ).history  # fmt: skip
    found = model.evaluate(x, y, sample_weight=weights, batch_size=32, verbose=0, return_dict=True)
    logits = np.asarray(model.predict(x, verbose=0))
    bounds = {metric.name: metric.error_bound() or 0.0 for metric in suite}
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model.keras")
        loaded = keras.models.load_model(Path(folder) / "model.keras", safe_mode=True)
    again = loaded.evaluate(x, y, sample_weight=weights, batch_size=32, verbose=0, return_dict=True)
    # Training that changes nothing shows what `fit` itself counts.
    model.optimizer.learning_rate = 0.0
    logs = Logs()
    still = model.fit(
        x, y, sample_weight=weights, batch_size=32, verbose=0, callbacks=[logs]
    ).history
    return {
        "exact": {metric.name: metric.score(y, logits, weights) for metric in suite},
        "bounds": bounds,
        "validation": {metric.name: history[f"val_{metric.name}"][-1] for metric in suite},
        "evaluated": {metric.name: found[metric.name] for metric in suite},
        "loaded": {metric.name: again[metric.name] for metric in suite},
        "trained": {metric.name: still[metric.name][0] for metric in suite},
        "last_step": {metric.name: logs.last[metric.name] for metric in suite},
    }


def padded():
    """Keras drops the padding mask in `fit` on JAX; a label that says "leave me out" stays."""
    rng = np.random.default_rng(1)
    tokens = rng.integers(1, 9, (40, 6))
    tokens[:, 4:] = 0
    labels = np.where(tokens > 0, rng.integers(0, 3, (40, 6)), -1)
    inputs = keras.Input((6,))
    embedded = keras.layers.Embedding(9, 4, mask_zero=True)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(3)(embedded))
    suite = metrics.suite("multiclass", num_classes=3, metrics=["accuracy"], ignore_label=-1)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    model.compile(keras.optimizers.SGD(0.0), loss, metrics=suite)
    trained = model.fit(tokens, labels, verbose=0).history["accuracy"][0]
    said = np.asarray(model.predict(tokens, verbose=0)).argmax(-1)
    return {"trained": trained, "exact": float((said == labels)[:, :4].mean())}


def main():
    found = {"binary": fitted("binary", 2), "multiclass": fitted("multiclass", 4)}
    found["padded"] = padded()
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
