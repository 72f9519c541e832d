import keras
import numpy as np
import pytest

from ftkeras.errors import UserError
from ftkeras.heads.attention_pooling import AttentionPooling
from ftkeras.model import build_model
from tests.helpers.tiny_backbone import sentences, text_backbone
from tests.helpers.tiny_images import image_backbone, pictures


def by_hand(head, states, mask):
    """Pooled features and logits in float64."""
    kernel, bias = head.get_layer("hidden").get_weights()
    scores = np.tanh(states @ kernel + bias) @ head.get_layer("scores").get_weights()[0]
    scores = np.where(mask[..., None] > 0, scores.astype("float64"), -np.inf)
    weights = np.exp(scores - scores.max(1, keepdims=True))
    weights /= weights.sum(1, keepdims=True)
    out, shift = head.get_layer("logits").get_weights()
    return (weights * states).sum(1) @ out + shift


def test_texts_are_averaged_by_learned_weights_without_their_padding(tmp_path):
    backbone = text_backbone()
    model = build_model(backbone, head="attention_pooling(units=4)")
    x = backbone.preprocess(sentences(6)[0]).arrays
    states = np.asarray(backbone.model(x)["sequence"])
    expected = by_hand(model.get_layer("head"), states, x["padding_mask"])
    np.testing.assert_allclose(model(x), expected, rtol=1e-4, atol=1e-5)
    longer = {name: np.pad(array, [(0, 0), (0, 7)]) for name, array in x.items()}
    np.testing.assert_allclose(model(longer), expected, rtol=1e-4, atol=1e-5)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(again(x), model(x))


def test_pictures_are_averaged_over_their_places():
    backbone = image_backbone()
    model = build_model(backbone, head="attention_pooling(units=4)")
    x = np.stack(pictures(3)[0])
    states = np.asarray(backbone.model(x)["feature_map"]).reshape(3, 64, 6)
    expected = by_hand(model.get_layer("head"), states, np.ones((3, 64)))
    np.testing.assert_allclose(model(x), expected, rtol=1e-4, atol=1e-5)


def test_features_without_positions_are_refused():
    with pytest.raises(UserError, match="Leave --tap out"):
        build_model(text_backbone(), head="attention_pooling", tap="mean_pooled")


@pytest.mark.parametrize("settings", [{"units": 0}, {"dropout": 1}])
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(UserError, match=f"{next(iter(settings))}="):
        AttentionPooling(**settings)
