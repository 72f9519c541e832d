"""Feature maps of every level; what KerasHub and the literature tap is the reference."""

import keras
import numpy as np
import pytest

from ftkeras import graph
from ftkeras.backbones import _pyramid, load_backbone
from tests.backbones import tiny_families as families

# The last layer of each stage, at the size the weights were trained at: the stages of the papers.
STAGES = {
    "MobileNet": ("conv_pw_3_relu", "conv_pw_5_relu", "conv_pw_11_relu", "conv_pw_13_relu"),
    "MobileNetV2": ("block_2_add", "block_5_add", "block_12_add", "out_relu"),
    "ResNet50": (
        *("conv2_block3_out", "conv3_block4_out", "conv4_block6_out", "conv5_block3_out"),
    ),
    "VGG16": ("block3_conv3", "block4_conv3", "block5_conv3", "block5_pool"),
    "EfficientNetB0": ("block2b_add", "block3b_add", "block5c_add", "top_activation"),
    "EfficientNetV2B0": ("block2b_add", "block3b_add", "block5e_add", "top_activation"),
    "DenseNet121": ("pool2_conv", "pool3_conv", "pool4_conv", "relu"),
    "InceptionV3": (None, "mixed2", "mixed7", "mixed10"),
    "InceptionResNetV2": (None, "block35_10_ac", "block17_20_ac", "conv_7b_ac"),
    "NASNetMobile": (None, "normal_concat_3", "normal_concat_8", None),
}
WIDTHS = {"ConvNeXtTiny": (96, 192, 384, 768), "Xception": (128, 256, 728, 2048)}
FAST = ("MobileNet", "VGG16")
PARAMETERS = [
    name if name in FAST else pytest.param(name, marks=pytest.mark.slow)
    for name in (*STAGES, *WIDTHS)
]


@pytest.mark.parametrize("name", PARAMETERS)
def test_levels_of_an_application_are_the_ends_of_its_stages(name):
    size = 299 if "ception" in name else 224
    backbone = load_backbone(f"application://{name}", weights=None, image_size=size)
    model = graph.inlined(backbone.model)
    for index in range(4):
        level = index + 2
        tensor = model.output[f"pyramid_P{level}"]
        assert abs(np.log2(size / tensor.shape[1]) - level) < 0.3
        if name in WIDTHS:
            assert tensor.shape[-1] == WIDTHS[name][index]
        elif STAGES[name][index] is not None:
            assert tensor._keras_history.operation.name == STAGES[name][index]
    top = model.output["pyramid_P5"]
    assert top is model.output["feature_map"]


@pytest.mark.parametrize("family", ["csp_net", "efficientnet", "resnet"])
def test_levels_are_those_that_kerashub_names(family):
    plain = families.CONVOLUTIONAL[family]()
    images = keras.Input((64, 64, 3))
    outputs = graph.applied(keras.Model(plain.input, plain.pyramid_outputs), images)
    model = keras.Model(images, outputs)
    expected = _pyramid.named(outputs, images)
    last = outputs[list(outputs)[-1]]
    found = _pyramid.named(_pyramid.levels_of(model, last), images)
    assert set(expected) <= set(found)
    for name, tensor in expected.items():
        assert found[name].shape == tensor.shape


def test_a_model_of_a_file_has_the_feature_map_of_each_level(tmp_path):
    images = keras.Input((32, 32, 3))
    x = keras.layers.Rescaling(1 / 255)(images)
    x = ends = keras.layers.Conv2D(4, 3, 2, "same", activation="relu", name="first")(x)
    x = keras.layers.Conv2D(6, 3, 2, "same", name="second")(keras.layers.Dropout(0.1)(ends))
    inner = keras.Model(x, keras.layers.Add(name="sum")([x, keras.layers.Conv2D(6, 1)(x)]))
    x = level = inner(x)
    x = keras.layers.Conv2D(8, 3, 2)(keras.layers.ZeroPadding2D(1)(x))
    pooled = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(images, keras.layers.Dense(3, activation="softmax")(pooled))
    model.save(tmp_path / "model.keras")
    backbone = load_backbone(f"keras://{tmp_path / 'model.keras'}")
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype("float32")
    found = backbone.model(pixels)
    levels = keras.Model(images, [ends, level, x])(pixels)
    assert [tap for tap in backbone.taps if "P" in tap] == [f"pyramid_P{i}" for i in (1, 2, 3)]
    for name, expected in zip(("P1", "P2", "P3"), levels, strict=True):
        np.testing.assert_allclose(found[f"pyramid_{name}"], expected, atol=1e-6)


def test_a_bottleneck_is_tapped_where_it_is_narrow():
    """Inside a residual sum nothing is a level: a shortcut passes it by."""
    images = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(4, 3, 2, "same", name="stem")(images)
    y = keras.layers.Conv2D(4, 3, padding="same", name="block1a_conv")(x)
    x = keras.layers.Add(name="block1a_add")([x, y])
    y = keras.layers.Conv2D(16, 1, name="block2a_expand")(x)
    y = keras.layers.Activation("relu", name="activation_of_no_block")(y)
    x = keras.layers.Conv2D(8, 3, 2, "same", name="block2a_conv")(y)
    found = _pyramid.levels_of(keras.Model(images, x), x)
    names = {level: tensor._keras_history.operation.name for level, tensor in found.items()}
    assert names == {"P1": "block1a_add", "P2": "block2a_conv"}
