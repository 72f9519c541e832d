"""Vision transformers, which KerasHub keeps as one layer, opened and cut between their blocks."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ftkeras import graph
from ftkeras.call_string import Call
from ftkeras.model import build_model, freeze
from ftkeras.training.partial import PartialModel
from tests.backbones import tiny_families as families
from tests.backbones.test_every_family import image_backbone, pixels

# KerasHub's own Swin warns while it is built, with or without us.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not support masking:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*looks like it has unbuilt state:UserWarning"),
]
FAST = ("deit",)
FAMILIES = [
    name if name in FAST else pytest.param(name, marks=pytest.mark.slow)
    for name in (*families.VISION, "mit", "hgnetv2", "swin_transformer")
]


def gradients(model, inputs, variables):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(model(inputs, training=False)))
    found = tape.gradient(loss, [variable.value for variable in variables])
    return [np.asarray(tf.convert_to_tensor(gradient)) for gradient in found]


@pytest.mark.parametrize("family", FAMILIES)
def test_an_opened_network_computes_the_same_bits_and_is_cut_below_its_top_block(family, tmp_path):
    _, backbone = image_backbone(family, tmp_path / "preset")
    model = build_model(backbone)
    images = pixels(backbone.model)
    opened = graph.inlined(model, open_stacks=True)
    np.testing.assert_array_equal(opened(images), model(images))
    assert {id(w) for w in opened.weights} == {id(w) for w in model.weights}

    freeze(backbone, Call("top_blocks", {"count": 1}))
    halves = graph.cut(opened)
    below = {id(weight) for weight in halves.frozen.weights}
    for block in backbone.blocks[:-1]:
        weights = {id(weight) for layer in block.layers for weight in layer.weights}
        assert weights <= below, block.name
    assert not halves.passed
    partial = PartialModel(model, backbone, tmp_path / "states", "float32")
    assert partial.on_states

    given = dict(zip(halves.crossing, keras.tree.flatten(halves.frozen(images)), strict=True))
    variables = model.trainable_variables
    for found, expected in zip(
        gradients(halves.moving, given, variables),
        gradients(model, images, variables),
        strict=True,
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("family", ["siglip", pytest.param("clip", marks=pytest.mark.slow)])
def test_a_class_token_is_there_only_where_the_network_has_one(family, tmp_path):
    _, backbone = image_backbone(family, tmp_path)
    assert ("class_token" in backbone.taps) == (family == "clip")
    found = backbone.model(pixels(backbone.model))
    for tap in backbone.taps:
        declared = backbone.model.output[tap].shape[1:]
        assert tuple(found[tap].shape[1:]) == tuple(declared), tap


@pytest.mark.parametrize(
    "family", ["mit", pytest.param("swin_transformer", marks=pytest.mark.slow)]
)
def test_a_hierarchical_transformer_has_a_pyramid(family, tmp_path):
    plain, backbone = image_backbone(family, tmp_path)
    images = pixels(backbone.model)
    found = backbone.model(images)
    if family == "mit":
        levels = keras.Model(plain.input, list(plain.pyramid_outputs.values()))(images)
    else:
        first = plain.get_layer("patch_embedding")(images)
        stage = plain.get_layer("stage_0")
        for block in stage.blocks:
            first = block(first)
        levels = [np.reshape(first, (2, 16, 16, 8)), np.reshape(plain(images), (2, 8, 8, 16))]
    assert [tap for tap in backbone.taps if "pyramid" in tap] == ["pyramid_P2", "pyramid_P3"]
    for tap, expected in zip(("pyramid_P2", "pyramid_P3"), levels, strict=True):
        np.testing.assert_allclose(found[tap], expected, atol=1e-6)
    np.testing.assert_array_equal(found["pyramid_P3"], found["feature_map"])
    backbone.model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for tap, expected in loaded(images).items():
        np.testing.assert_array_equal(found[tap], expected)
