"""A finished run as the backbone of the next one."""

import numpy as np
import pytest

from ftkeras.backbones import load_backbone
from ftkeras.errors import UserError
from ftkeras.model import build_model, features_model

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
