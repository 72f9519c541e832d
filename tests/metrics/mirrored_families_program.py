"""Run by test_replicas.py: the suites of further tasks under MirroredStrategy on 2 and 4 devices."""

import json

import keras
import numpy as np
import tensorflow as tf

from ftkeras import metrics
from tests.helpers.metric_checks import families

UNITS, BATCH = 103, 24
OUTPUTS = {"multilabel": 4, "regression": 1, "ranking": 1, "segmentation": 3}
SIZES = {"multilabel": {"num_labels": 4}, "segmentation": {"num_classes": 3}}


def evaluate(num_devices, task, one):
    rng = np.random.default_rng(0)
    shape = one.y_true.shape if task in ("ranking", "segmentation") else (UNITS,)
    x = rng.normal(size=(*shape, 3)).astype("float32")
    strategy = tf.distribute.MirroredStrategy([f"CPU:{k}" for k in range(num_devices)])
    with strategy.scope():
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input(x.shape[1:]), keras.layers.Dense(OUTPUTS[task])])
        suite = metrics.suite(task, **SIZES.get(task, {}))
        model.compile(loss=lambda y_true, y_pred: keras.ops.mean(y_pred), metrics=suite)
    data = tf.data.Dataset.from_tensor_slices((x, one.y_true)).batch(BATCH)
    data = data.apply(tf.data.experimental.assert_cardinality(-(-UNITS // BATCH)))
    found = model.evaluate(data, return_dict=True, verbose=0)
    kernel, bias = model.get_weights()
    predictions = x @ kernel + bias
    return {
        "result": {metric.name: found[metric.name] for metric in suite},
        "exact": {metric.name: metric.score(one.y_true, predictions) for metric in suite},
        "bound": {metric.name: metric.error_bound() or 0.0 for metric in suite},
    }


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 4)
    cases = {}
    for family in reversed(families()):
        if family.is_compiled_together and family.inputs.lower() in OUTPUTS:
            cases[family.inputs.lower()] = family.one(size=UNITS)
    found = {
        f"{devices} {task}": evaluate(devices, task, one)
        for devices in (2, 4)
        for task, one in cases.items()
    }
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
