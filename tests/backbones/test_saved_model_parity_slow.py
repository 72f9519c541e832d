"""Fine-tuning in Keras 3 against tf_keras with tensorflow_hub's KerasLayer, on real weights."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.datasets import load_sample_images

from ftkeras.backbones import SavedModelBackbone, load_backbone
from ftkeras.training import merge_duplicate_rows

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "experiments/assets/fetched"
TEXTS = ["good good film", "a bad bad bad film", "what a good day it was", "the the the end"]
STEPS, CLASSES = 5, 3
# With BatchNorm over four pictures, larger steps blow rounding errors up a hundredfold each.
RATES = {"minilm SGD": 0.1, "minilm Adam": 1e-4, "lite0 SGD": 1e-3, "lite0 Adam": 1e-5}

pytestmark = pytest.mark.slow


def export(model, directory):
    """Writes a Keras model by the reusable contract of TF-Hub; `default` is its first output."""

    @tf.function
    def call(inputs, training=False):
        return model(inputs, training=training)

    spec = keras.tree.map_structure(lambda t: tf.TensorSpec(t.shape, t.dtype, t.name), model.input)
    for training in (False, True):
        call.get_concrete_function(spec, training)
    exported = tf.train.Checkpoint()
    exported.__call__ = call
    exported.variables = [variable.value for variable in model.variables]
    exported.trainable_variables = [variable.value for variable in model.trainable_variables]
    exported.regularization_losses = []
    tf.saved_model.save(exported, str(directory))
    return str(directory)


@pytest.fixture(scope="module")
def minilm(tmp_path_factory):
    """Six layers of BERT with their dropout; the inputs repeat tokens in every row."""
    keras.utils.set_random_seed(0)  # seeds of dropout are saved with the model
    backbone = load_backbone(str(ASSETS / "minilm"), sequence_length=16)
    outputs = {"default": backbone.model.output["mean_pooled"],
               "sequence_output": backbone.model.output["sequence"]}  # fmt: skip
    model = keras.Model(backbone.model.input, outputs)
    directory = export(model, tmp_path_factory.mktemp("minilm") / "model")
    return directory, backbone.preprocess(TEXTS).arrays


@pytest.fixture(scope="module")
def lite0(tmp_path_factory):
    """Convolutions with BatchNorm in training mode."""
    backbone = load_backbone(str(ASSETS / "lite0/efficientnet_lite0.keras"), image_size=96)
    model = keras.Model(backbone.model.input, backbone.model.output["pooled"])
    directory = export(model, tmp_path_factory.mktemp("lite0") / "model")
    photos = [
        photo[top : top + 96, :96] for photo in load_sample_images().images for top in (0, 200)
    ]
    return directory, {"images": np.stack(photos).astype("float32")}


def legacy(directory, optimizer, data, tmp_path):
    np.savez(tmp_path / "data.npz", **data)
    subprocess.run(
        [sys.executable, "-m", "tests.backbones.legacy_keras_program", directory, optimizer,
         str(tmp_path / "data.npz"), str(tmp_path / "result.npz")],
        cwd=ROOT, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}, check=True)  # fmt: skip
    return np.load(tmp_path / "result.npz")


def here(directory, optimizer, data, inputs):
    tensors = {name: keras.Input(array.shape[1:], dtype=str(array.dtype), name=name)
               for name, array in inputs.items()}  # fmt: skip
    layer = SavedModelBackbone(directory, trainable=True, name="hub")
    outputs = layer(tensors if len(tensors) > 1 else next(iter(tensors.values())))
    outputs = outputs["default"] if isinstance(outputs, dict) else outputs
    head = keras.layers.Dense(CLASSES)
    model = keras.Model(tensors, head(outputs))
    head.set_weights([data["kernel"], data["bias"]])
    made = merge_duplicate_rows(getattr(keras.optimizers, optimizer)(float(data["rate"])))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(made, loss, jit_compile=False)
    losses = []
    for _ in range(STEPS):
        model.reset_metrics()  # Keras 3 returns the mean since the last reset, tf_keras the batch's
        losses.append(model.train_on_batch(inputs, data["labels"]))
    return losses, head, {v.path.removeprefix("hub/"): v.numpy() for v in layer.weights}


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize("kind", ["minilm", "lite0"])
def test_five_steps_give_the_losses_and_weights_of_the_legacy_layer(
    kind, optimizer, request, tmp_path
):
    directory, inputs = request.getfixturevalue(kind)
    width = 384 if kind == "minilm" else 1280
    data = {"kernel": np.random.default_rng(0).normal(0, 0.05, (width, CLASSES)).astype("float32"),
            "bias": np.zeros(CLASSES, "float32"), "rate": RATES[f"{kind} {optimizer}"], "steps": STEPS,
            "labels": np.arange(4) % CLASSES}  # fmt: skip
    named = {f"input_{name}": array for name, array in inputs.items()}
    expected = legacy(directory, optimizer, {**data, **named}, tmp_path)
    losses, head, weights = here(directory, optimizer, data, inputs)
    assert losses[-1] < losses[0]
    np.testing.assert_allclose(losses, expected["losses"], atol=1e-6)
    np.testing.assert_allclose(head.kernel.numpy(), expected["kernel"], atol=1e-6)
    by_name = {name[7:]: expected[name] for name in expected.files if name.startswith("weight_")}
    assert weights.keys() == by_name.keys()
    worst = max(float(np.abs(weights[name] - by_name[name]).max()) for name in weights)
    assert worst <= 1e-6, worst
