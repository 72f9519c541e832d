"""A finished run as the backbone of the next one."""

import numpy as np
import pytest

from ftkeras.backbones import load_backbone
from ftkeras.errors import UserError
from ftkeras.model import build_model, features_model
from tests.helpers import tiny_image_file

TEXTS = ["the good film!", "watching"]


@pytest.fixture
def run(tmp_path, transformers_preset):
    """What `finetune` leaves of a model: handle, backbone and whole model."""
    backbone = load_backbone(str(transformers_preset), sequence_length=9)
    model = build_model(backbone, "binary", tap="class_token")
    (tmp_path / "run/preprocessing").mkdir(parents=True)
    backbone.preprocess.save(tmp_path / "run/preprocessing")
    model.save(tmp_path / "run/model.keras")
    return f"keras://{tmp_path / 'run/model.keras'}", backbone, model


def test_the_features_are_those_of_the_run(run):
    handle, backbone, _ = run
    again = load_backbone(handle)
    assert again.taps == ("pooled",)
    assert again.preprocess.config == backbone.preprocess.config
    arrays = again.preprocess(TEXTS).arrays
    expected = features_model(backbone, "class_token")(arrays)
    np.testing.assert_array_equal(again.model(arrays)["pooled"], expected)
    names = [block.name for block in again.blocks]
    assert names == ["embeddings", "transformer_layer_0", "transformer_layer_1"]


def test_a_composition_keeps_its_parts_and_can_be_joined_by_gates(tmp_path, transformers_preset):
    image = tiny_image_file.write(tmp_path / "image.keras")
    handle = f"multimodal://text={transformers_preset},image=keras://{image}"
    backbone = load_backbone(handle, sequence_length=9)
    model = build_model(backbone, "binary", head="linear")
    (tmp_path / "run/preprocessing").mkdir(parents=True)
    backbone.preprocess.save(tmp_path / "run/preprocessing")
    model.save(tmp_path / "run/model.keras")
    again = load_backbone(f"keras://{tmp_path / 'run/model.keras'}")
    assert again.widths == backbone.widths
    assert len(again.widths) == 2
    assert [block.name for block in again.blocks] == [block.name for block in backbone.blocks]
    gated = build_model(again, "binary", head="gated_fusion(units=4)")
    pixels = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), "uint8")
    rows = [{"text": text, "image": x} for text, x in zip(TEXTS, pixels, strict=True)]
    assert gated(again.preprocess(rows).arrays).shape == (2, 1)


@pytest.fixture
def saved(tmp_path):
    """Builds and saves a model as `finetune` leaves it, and loads it as a backbone."""

    def save(backbone, task, **settings):
        model = build_model(backbone, task, **settings)
        (tmp_path / "run/preprocessing").mkdir(parents=True)
        backbone.preprocess.save(tmp_path / "run/preprocessing")
        model.save(tmp_path / "run/model.keras")
        return model, load_backbone(f"keras://{tmp_path / 'run/model.keras'}")

    return save


def test_maps_of_several_sizes_keep_their_names(saved):
    backbone = load_backbone("application://MobileNetV2(weights=None)", image_size=64)
    head = {"head": "feature_pyramid(channels=8)", "num_classes": 3}
    _, again = saved(backbone, "semantic_segmentation", **head)
    assert again.taps == tuple(t for t in backbone.taps if t.startswith("pyramid_P"))
    pixels = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), "uint8")
    expected = features_model(backbone, "pyramid")(backbone.preprocess(pixels).arrays["images"])
    found = features_model(again, "pyramid")(again.preprocess(pixels).arrays["images"])
    assert set(found) == set(expected)
    for name in expected:
        np.testing.assert_allclose(found[name], expected[name], atol=1e-6)
    assert build_model(again, "semantic_segmentation", **head).output.shape[1:3] == (64, 64)


def test_means_of_each_block_are_read_again(saved, transformers_preset):
    backbone = load_backbone(str(transformers_preset), sequence_length=9)
    _, again = saved(backbone, "binary", head="layer_weighting")
    assert again.taps == ("layer_means",)
    arrays = again.preprocess(TEXTS).arrays
    expected = features_model(backbone, "layer_means")(arrays)
    np.testing.assert_array_equal(features_model(again)(arrays), expected)
    assert build_model(again, "binary", head="layer_weighting")(arrays).shape == (2, 1)


def test_it_can_be_given_another_head(run):
    again = load_backbone(run[0])
    model = build_model(again, "multiclass", num_classes=3)
    assert model(again.preprocess(TEXTS).arrays).shape == (2, 3)


def test_its_settings_cannot_be_changed(run):
    with pytest.raises(UserError, match="finished run"):
        load_backbone(run[0], image_size=8)


def test_another_model_in_its_place_is_refused(run, tmp_path):
    _, backbone, _ = run
    backbone.model.save(tmp_path / "run/model.keras")
    with pytest.raises(UserError, match="part named 'backbone'"):
        load_backbone(run[0])
