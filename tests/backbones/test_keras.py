"""Image models from `.keras` files; the model itself, asked by hand, is the reference."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers

from ftkeras.backbones import load_backbone
from ftkeras.errors import UserError

NUM_CLASSES = 1000


def classifier(size=32, rescale=True, pool="average", head="predictions"):
    """A small network as they are published: pixels in, 1000 probabilities out."""
    keras.utils.set_random_seed(4)
    images = keras.Input((size, size, 3))
    x = layers.Rescaling(1 / 127.5, -1)(images) if rescale else images
    x = layers.Conv2D(4, 3, 2, "same", name="stem_conv")(x)
    x = layers.BatchNormalization(name="stem_bn")(x)
    for letter in "ab":
        y = layers.Conv2D(4, 3, 1, "same", activation="relu", name=f"block1{letter}_conv")(x)
        squeezed = layers.GlobalAveragePooling2D(keepdims=True)(y)  # as in squeeze-and-excitation
        gate = layers.Conv2D(4, 1, activation="sigmoid", name=f"block1{letter}_gate")(squeezed)
        x = layers.Add()([x, layers.Multiply()([y, gate])])
    x = layers.Activation("relu", name="last")(x)
    if head is None:
        return keras.Model(images, x)
    if pool == "average":
        x = layers.GlobalAveragePooling2D()(x)
    elif pool == "keepdims":  # as in MobileNet: the classifier is a convolution
        x = layers.GlobalAveragePooling2D(keepdims=True)(x)
        x = layers.Conv2D(NUM_CLASSES, 1)(x)
        return keras.Model(images, layers.Softmax()(layers.Reshape((NUM_CLASSES,))(x)))
    else:
        x = layers.Flatten()(x)
    return keras.Model(images, layers.Dense(NUM_CLASSES, activation="softmax", name=head)(x))


def saved(model, tmp_path):
    path = tmp_path / "model.keras"
    model.save(path)
    return f"keras://{path}"


def pixels(size=32, count=2):
    return np.random.default_rng(5).integers(0, 256, (count, size, size, 3)).astype("float32")


@pytest.mark.parametrize("pool", ["average", "flatten", "keepdims", None])
def test_taps_are_what_the_classifier_read(tmp_path, pool):
    model = classifier(pool=pool, head=None if pool is None else "predictions")
    backbone = load_backbone(saved(model, tmp_path))
    assert backbone.taps[:2] == ("pooled", "feature_map")
    expected = keras.Model(model.input, model.get_layer("last").output)(pixels())
    found = backbone.model(pixels())
    np.testing.assert_array_equal(found["feature_map"], expected)
    np.testing.assert_allclose(found["pooled"], np.mean(expected, axis=(1, 2)), rtol=1e-5)


def test_the_classifier_is_cut_off(tmp_path):
    backbone = load_backbone(saved(classifier(), tmp_path))
    assert all(NUM_CLASSES not in weight.shape for weight in backbone.model.weights)
    assert backbone.model.output["pooled"].shape == (None, 4)


def test_blocks_hold_every_weight_once_in_order(tmp_path):
    backbone = load_backbone(saved(classifier(), tmp_path))
    assert [block.name for block in backbone.blocks] == ["stem", "block1a", "block1b"]
    found = [id(w) for block in backbone.blocks for la in block.layers for w in la.weights]
    assert sorted(found) == sorted(id(weight) for weight in backbone.model.weights)


def test_a_sequential_model_in_a_model_is_looked_into(tmp_path):
    inner = classifier(head=None)
    model = keras.Sequential(
        [keras.Input((32, 32, 3)), inner, layers.GlobalAveragePooling2D(), layers.Dense(3)]
    )
    backbone = load_backbone(saved(model, tmp_path))
    np.testing.assert_array_equal(backbone.model(pixels())["feature_map"], inner(pixels()))
    assert [block.name for block in backbone.blocks] == ["stem", "block1a", "block1b"]
    small = load_backbone(saved(model, tmp_path), image_size=16)
    assert small.model(pixels(16))["feature_map"].shape == (2, 8, 8, 4)


def test_pixels_are_scaled_to_the_range_asked_for(tmp_path):
    model = classifier(rescale=False, head=None)
    backbone = load_backbone(saved(model, tmp_path), pixel_range=(-1, 1))
    expected = model(pixels() / 127.5 - 1)
    np.testing.assert_allclose(backbone.model(pixels())["feature_map"], expected, atol=1e-5)


def test_a_model_that_does_not_scale_its_input_must_be_described(tmp_path):
    with pytest.raises(UserError, match="pixel_range=None"):
        load_backbone(saved(classifier(rescale=False), tmp_path))


@pytest.mark.parametrize("size", [16, (48, 16)])
def test_another_image_size_keeps_the_weights(tmp_path, size):
    model = classifier(size=None, head=None)
    fixed = classifier(pool="average")
    fixed.set_weights([*model.get_weights(), *fixed.get_weights()[-2:]])
    backbone = load_backbone(saved(fixed, tmp_path), image_size=size)
    height, width = (size, size) if isinstance(size, int) else size
    images = pixels(64)[:, :height, :width]
    assert backbone.preprocess.size == (height, width)
    np.testing.assert_allclose(backbone.model(images)["feature_map"], model(images), atol=1e-6)


def test_the_models_own_size_is_the_default(tmp_path):
    backbone = load_backbone(saved(classifier(), tmp_path))
    assert backbone.preprocess.size == (32, 32)
    encoded = backbone.preprocess([np.zeros((50, 40, 3), np.uint8)])
    assert backbone.model(next(iter(encoded.arrays.values())))["pooled"].shape == (1, 4)


def test_a_model_of_open_size_must_be_given_one(tmp_path):
    with pytest.raises(UserError, match="image_size=None"):
        load_backbone(saved(classifier(size=None), tmp_path))


def test_a_model_bound_to_its_size_says_so(tmp_path):
    images = keras.Input((8, 8, 3))
    x = layers.Rescaling(1 / 255)(images)
    x = layers.Reshape((64, 3))(x)
    x = layers.Conv2D(2, 3)(layers.Reshape((8, 8, 3))(layers.Dense(3)(x)))
    model = keras.Model(images, layers.Dense(5)(layers.GlobalAveragePooling2D()(x)))
    with pytest.raises(UserError, match="bound"):
        load_backbone(saved(model, tmp_path), image_size=10)


RELOAD = """
import sys, numpy as np, keras
model = keras.saving.load_model(sys.argv[1])
np.save(sys.argv[3], model.predict(np.load(sys.argv[2]), verbose=0))
"""


@pytest.mark.slow
def test_a_saved_model_needs_keras_alone_and_runs_on_jax(tmp_path):
    backbone = load_backbone(saved(classifier(), tmp_path))
    head = layers.Dense(3)(backbone.model.output["pooled"])
    model = keras.Model(backbone.model.input, head)
    model.save(tmp_path / "whole.keras")
    np.save(tmp_path / "images.npy", pixels())
    files = [str(tmp_path / name) for name in ("whole.keras", "images.npy", "found.npy")]
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    subprocess.run([sys.executable, "-c", RELOAD, *files], check=True, env=environment)
    expected = model(pixels())
    np.testing.assert_allclose(np.load(files[2]), expected, rtol=0, atol=1e-5)
    again = keras.saving.load_model(tmp_path / "whole.keras")
    np.testing.assert_array_equal(again(pixels()), expected)


def unregistered(tmp_path):
    class Unknown(layers.Layer):
        def call(self, inputs):
            return inputs

    return keras.Sequential([keras.Input((8, 8, 3)), Unknown()])


def with_code(tmp_path):
    return keras.Sequential([keras.Input((8, 8, 3)), layers.Lambda(lambda x: x)])


def of_text(tmp_path):
    return keras.Sequential([keras.Input((8,)), layers.Dense(2)])


def grey(tmp_path):
    return keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(2, 3)])


def two_inputs(tmp_path):
    inputs = [keras.Input((8, 8, 3)), keras.Input((8, 8, 3))]
    return keras.Model(inputs, layers.Add()(inputs))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (unregistered, "safe mode"),
        (with_code, "safe mode"),
        (of_text, "texts are loaded by preset"),
        (grey, "8, 8, 1"),
        (two_inputs, "functional model with one input"),
    ],
)
def test_a_model_that_cannot_be_a_backbone_is_refused(tmp_path, make, message):
    with pytest.raises(UserError, match=message):
        load_backbone(saved(make(tmp_path), tmp_path))


def test_a_file_that_is_no_model_is_refused(tmp_path):
    (tmp_path / "model.keras").write_bytes(b"PK not really")
    with pytest.raises(UserError, match="no archive: it is damaged"):
        load_backbone(f"keras://{tmp_path / 'model.keras'}")
    with pytest.raises(UserError, match="does not exist"):
        load_backbone(f"keras://{tmp_path / 'gone.keras'}")


@pytest.mark.parametrize("pixel_range", [(1, 0), (0, 0), (0, 1, 2)])
def test_a_pixel_range_that_is_none_is_refused(tmp_path, pixel_range):
    with pytest.raises(UserError, match="pixel_range="):
        load_backbone(saved(classifier(rescale=False), tmp_path), pixel_range=pixel_range)


@pytest.mark.parametrize("activation", ["softmax", None, "relu"])
def test_a_classifier_gives_class_probabilities_when_asked_for(tmp_path, activation):
    images = keras.Input((16, 16, 3))
    x = keras.layers.Conv2D(4, 3)(keras.layers.Rescaling(1 / 255)(images))
    x = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(images, keras.layers.Dense(5, activation=activation)(x))
    model.save(tmp_path / "classifier.keras")
    backbone = load_backbone(f"keras://{tmp_path}/classifier.keras", classifier=True)
    if activation == "relu":  # no probabilities, and no logits either
        assert "class_probabilities" not in backbone.taps
        return
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 16, 16, 3)).astype("float32")
    expected = np.asarray(model(pixels))
    if activation is None:
        expected = np.exp(expected) / np.exp(expected).sum(axis=1, keepdims=True)
    found = backbone.model(pixels)["class_probabilities"]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    plain = load_backbone(f"keras://{tmp_path}/classifier.keras")
    assert plain.taps == ("pooled", "feature_map")
