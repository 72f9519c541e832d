"""Run by test_saved_model_parity_slow.py: five steps with tf_keras and tensorflow_hub's KerasLayer."""

import os
import sys

os.environ["TF_USE_LEGACY_KERAS"] = "1"  # before tensorflow_hub chooses its Keras

import numpy as np
import tensorflow as tf
import tensorflow_hub as hub
import tf_keras


def main(directory, optimizer, data_file, result_file):
    data = np.load(data_file)
    inputs = {name[6:]: data[name] for name in data.files if name.startswith("input_")}
    tensors = {name: tf_keras.Input(array.shape[1:], dtype=array.dtype, name=name)
               for name, array in inputs.items()}  # fmt: skip
    layer = hub.KerasLayer(directory, trainable=True)
    outputs = layer(tensors if len(tensors) > 1 else next(iter(tensors.values())))
    outputs = outputs["default"] if isinstance(outputs, dict) else outputs
    head = tf_keras.layers.Dense(data["kernel"].shape[1])
    model = tf_keras.Model(tensors, head(outputs))
    head.set_weights([data["kernel"], data["bias"]])
    made = getattr(tf_keras.optimizers, optimizer)(float(data["rate"]))
    loss = tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(made, loss, jit_compile=False)
    losses = [model.train_on_batch(inputs, data["labels"]) for _ in range(int(data["steps"]))]
    weights = {f"weight_{v.name.split(':')[0]}": v.numpy() for v in layer.variables}
    np.savez(result_file, losses=losses, kernel=head.kernel.numpy(), **weights)


if __name__ == "__main__":
    tf.get_logger().setLevel("ERROR")
    main(*sys.argv[1:])
