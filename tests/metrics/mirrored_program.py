"""Run by test_replicas.py: counts under MirroredStrategy on 2 and 4 virtual CPU devices."""

import json

import keras
import numpy as np
import tensorflow as tf

from ftkeras import metrics

UNITS, BATCH = 103, 24


class Logs(keras.callbacks.Callback):
    """Keeps what is shown at each step."""

    def __init__(self):
        super().__init__()
        self.steps = []

    def on_test_batch_end(self, batch, logs=None):
        self.steps.append({key: float(value) for key, value in logs.items()})


def evaluate(num_devices, task, num_classes):
    rng = np.random.default_rng(0)
    outputs = 1 if num_classes == 2 else num_classes
    x = rng.normal(size=(UNITS, 4)).astype("float32")
    y = rng.integers(0, num_classes, UNITS)
    strategy = tf.distribute.MirroredStrategy([f"CPU:{k}" for k in range(num_devices)])
    with strategy.scope():
        keras.utils.set_random_seed(1)
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(outputs)])
        chosen = ["accuracy", "f1_score", "area_under_roc_curve", "log_loss", "true_positives"]
        suite = metrics.suite(task, num_classes=num_classes, metrics=chosen)
        losses = keras.losses.BinaryCrossentropy, keras.losses.SparseCategoricalCrossentropy
        model.compile(loss=losses[task == "multiclass"](from_logits=True), metrics=suite)
    logs = Logs()
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH)
    data = data.apply(tf.data.experimental.assert_cardinality(-(-UNITS // BATCH)))
    result = model.evaluate(data, return_dict=True, verbose=0, callbacks=[logs])
    logits = x @ model.get_weights()[0] + model.get_weights()[1]
    return {
        "result": result,
        "steps": logs.steps,
        "counted": float(suite[0].counted()[1].sum()),
        "exact": {metric.name: metric.score(y, logits) for metric in suite},
        "bound": suite[2].error_bound(),
        "exact_steps": [
            {metric.name: metric.score(y[:end], logits[:end]) for metric in suite}
            for end in [*range(BATCH, UNITS, BATCH), UNITS]
        ],
    }


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 4)
    found = {
        f"{devices} {task}": evaluate(devices, task, num_classes)
        for devices in (2, 4)
        for task, num_classes in (("binary", 2), ("multiclass", 3))
    }
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
