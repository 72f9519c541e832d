import keras
import numpy as np
import pytest

from ftkeras.errors import UserError
from ftkeras.heads.layer_weighting import LayerWeighting
from ftkeras.model import build_model
from tests.helpers.tiny_backbone import sentences, text_backbone
from tests.helpers.tiny_images import image_backbone


def test_the_means_of_all_blocks_are_mixed(tmp_path):
    backbone = text_backbone()
    model = build_model(backbone, head="layer_weighting")
    head = model.get_layer("head")
    weights = np.array([0.5, -1.0, 2.0], "float32")
    np.testing.assert_allclose(head.get_layer("layer_weights").get_weights()[0][:, 0], 1 / 3)
    head.get_layer("layer_weights").set_weights([weights[:, None]])
    x = backbone.preprocess(sentences(6)[0]).arrays
    kept = x["padding_mask"][..., None]
    state = backbone.model.get_layer("embed")(x["token_ids"])
    states = [np.asarray(state)]
    for index in range(2):
        state = backbone.model.get_layer(f"dense_{index}")(state)
        state = backbone.model.get_layer(f"norm_{index}")(state)
        states.append(np.asarray(state))
    mixed = 0
    for weight, one in zip(weights, states, strict=True):
        mean = (one * kept).sum(1) / kept.sum(1)
        spread = np.sqrt(mean.var(1, keepdims=True) + 1e-3)
        mixed = mixed + weight * (mean - mean.mean(1, keepdims=True)) / spread
    kernel, bias = head.get_layer("logits").get_weights()
    np.testing.assert_allclose(model(x), mixed @ kernel + bias, rtol=1e-3, atol=1e-4)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(again(x), model(x))


def test_an_image_backbone_is_refused():
    with pytest.raises(UserError, match="layer_means"):
        build_model(image_backbone(), head="layer_weighting")


def test_features_of_one_layer_are_refused():
    with pytest.raises(UserError, match="Leave --tap out"):
        build_model(text_backbone(), head="layer_weighting", tap="mean_pooled")


def test_a_dropout_out_of_range_is_refused():
    with pytest.raises(UserError, match="dropout="):
        LayerWeighting(dropout=1)
