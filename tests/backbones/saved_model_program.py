"""Run by test_saved_model_replicas.py: SavedModels under MirroredStrategy, and on JAX."""

import json
import sys
import warnings

import keras
import numpy as np

from ftkeras.backbones import SavedModelBackbone
from ftkeras.errors import UserError

STEPS = 2


def mirrored(directory):
    """Weights after some steps on one device and on two, and what an outsider is told."""
    import tensorflow as tf

    from ftkeras.training import merge_duplicate_rows
    from tests.backbones import made_saved_models as made

    def trained(inputs, directory, batch, strategy, frozen=None):
        with strategy.scope():
            keras.utils.set_random_seed(1)
            layer = SavedModelBackbone(directory, trainable=True)
            if frozen:
                layer.freeze(frozen)
            before = {v.path: v.numpy() for v in layer.weights}
            outputs = layer(inputs)
            outputs = outputs["sequence_output"] if isinstance(outputs, dict) else outputs
            if len(outputs.shape) == 3:
                outputs = keras.layers.GlobalAveragePooling1D()(outputs)
            model = keras.Model(inputs, keras.layers.Dense(1)(outputs))
            model.compile(
                merge_duplicate_rows(keras.optimizers.Adagrad(0.1)), "mse", jit_compile=False
            )
        rows = len(next(iter(batch.values())) if isinstance(batch, dict) else batch)
        data = tf.data.Dataset.from_tensors((batch, np.ones((rows, 1)))).unbatch().batch(rows, True)
        data = data.apply(tf.data.experimental.assert_cardinality(1))
        losses = [model.fit(data, verbose=0).history["loss"][0] for _ in range(STEPS)]
        moved = [v.path.partition("/")[2] for v in layer.weights
                 if (v.numpy() != before[v.path]).any()]  # fmt: skip
        return losses, [v.numpy().tolist() for v in layer.weights], moved, layer

    one, two = tf.distribute.get_strategy(), tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    # Both replicas get the same, so that batch statistics and gradients are those of one device;
    # every id stands in several places, so that rows of the embedding have to be added up.
    half = np.array([[1, 2, 2, 3], [4, 1, 1, 1]], "int32")
    ids = np.concatenate([half, half])
    tokens = {"input_word_ids": ids, "input_mask": np.ones_like(ids), "input_type_ids": 0 * ids}
    text = {name: keras.Input((4,), dtype="int32", name=name) for name in tokens}
    images = made.draw(2, 8, 8, 3)
    pictures = np.concatenate([images, images])
    found = {
        "images": (pictures, None),
        "images of which a block is frozen": (pictures, "block_0"),
        "encoder_without_dropout": (tokens, None),
    }
    answer = {}
    for name, (batch, frozen) in found.items():
        inputs = text if isinstance(batch, dict) else keras.Input((8, 8, 3))
        place = f"{directory}/{name.split()[0]}"
        alone = trained(inputs, place, batch, one, frozen)
        shared = trained(inputs, place, batch, two, frozen)
        answer[name] = {"alone": alone[:2], "shared": shared[:2], "moved": [alone[2], shared[2]],
                        "kinds": sorted({type(v.value).__name__ for v in shared[3].weights})}  # fmt: skip
    with two.scope():
        keras.utils.set_random_seed(1)
        inner = keras.Input((8, 8, 3))
    outside = SavedModelBackbone(f"{directory}/images")
    try:
        with two.scope():
            outside(inner)
    except UserError as error:
        answer["outside"] = str(error)
    return answer


def on_jax(directory):
    try:
        SavedModelBackbone(directory)
    except UserError as error:
        return {"error": str(error), "tensorflow": "tensorflow" in sys.modules}
    return {}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(
            cpu, [tf.config.LogicalDeviceConfiguration()] * 2
        )
        result = mirrored(sys.argv[1])
    else:
        result = on_jax(sys.argv[1])
    sys.stdout.write(json.dumps(result))
