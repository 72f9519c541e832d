"""Image presets of KerasHub; KerasHub's converter and graph are the reference."""

import keras
import keras_hub
import numpy as np
import pytest

from ftkeras.backbones import load_backbone
from ftkeras.errors import UserError

CHANNELS = {"scale": [1 / 50, 1 / 60, 1 / 70], "offset": [-2.0, -1.5, -1.0]}


def vision_transformer():
    return keras_hub.models.ViTBackbone(
        image_shape=(32, 32, 3),
        patch_size=8,
        num_layers=2,
        num_heads=2,
        hidden_dim=8,
        mlp_dim=16,
    )


def convolutional():
    return keras_hub.models.DenseNetBackbone(
        stackwise_num_repeats=[2, 2], compression_ratio=0.5, growth_rate=4
    )


FAMILIES = {
    "vit": (
        vision_transformer,
        lambda: keras_hub.layers.ViTImageConverter(image_size=(32, 32), **CHANNELS),
    ),
    "densenet": (
        convolutional,
        lambda: keras_hub.layers.DenseNetImageConverter(
            image_size=(32, 32), interpolation="bicubic", crop_to_aspect_ratio=False, **CHANNELS
        ),
    ),
}


@pytest.fixture
def preset(tmp_path):
    def make(family):
        backbone, converter = (part() for part in FAMILIES[family])
        backbone.save_to_preset(str(tmp_path / family))
        converter.save_to_preset(str(tmp_path / family))
        return f"preset://{tmp_path / family}", backbone, converter

    return make


def pixels():
    return np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype("uint8")


@pytest.mark.parametrize("family", FAMILIES)
def test_features_are_those_of_kerashub(preset, family):
    handle, plain, converter = preset(family)
    backbone = load_backbone(handle)
    [images] = backbone.preprocess(list(pixels())).arrays.values()
    found = backbone.model(images)
    expected = np.asarray(plain(converter(pixels())))
    name = "sequence" if family == "vit" else "feature_map"
    np.testing.assert_allclose(found[name], expected, atol=1e-5)
    if family == "vit":
        assert backbone.taps == ("class_token", "mean_pooled", "sequence", "feature_map")
        np.testing.assert_allclose(found["class_token"], expected[:, 0], atol=1e-5)
    else:
        levels = ("pyramid_P1", *(f"pyramid_{name}" for name in plain.pyramid_outputs))
        assert backbone.taps == ("pooled", "feature_map", *levels)
        np.testing.assert_allclose(found["pooled"], expected.mean((1, 2)), atol=1e-5)
    in_blocks = [id(w) for block in backbone.blocks for la in block.layers for w in la.weights]
    assert sorted(in_blocks) == sorted(id(weight) for weight in backbone.model.weights)


def test_pictures_are_resized_as_the_converter_says(preset):
    backbone = load_backbone(preset("densenet")[0])
    assert backbone.preprocess.config["interpolation"] == "bicubic"
    assert backbone.preprocess.config["fit"] == "stretch"
    assert load_backbone(preset("densenet")[0], image_size=48).preprocess.size == (48, 48)


def test_a_model_that_is_bound_to_its_size_says_so(preset):
    with pytest.raises(UserError, match="32 x 32"):
        load_backbone(preset("vit")[0], image_size=48)


def test_a_setting_of_the_other_modality_is_refused(preset, hub_preset):
    with pytest.raises(UserError, match="reads images"):
        load_backbone(preset("vit")[0], sequence_length=8)
    with pytest.raises(UserError, match="reads texts"):
        load_backbone(hub_preset, image_size=8)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_saved_model_gives_the_same_bits(preset, tmp_path, family):
    backbone = load_backbone(preset(family)[0])
    head = keras.layers.Dense(3)(backbone.model.output[backbone.taps[0]])
    model = keras.Model(backbone.model.input, head)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    images = pixels().astype("float32")
    np.testing.assert_array_equal(loaded(images), model(images))
