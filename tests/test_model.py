import keras
import numpy as np
import pytest

from ftkeras.call_string import Call
from ftkeras.errors import UserError
from ftkeras.model import build_model, features_model, freeze
from tests.helpers.tiny_backbone import sentences, text_backbone


@pytest.fixture
def backbone():
    return text_backbone()


def test_logits_are_the_head_on_the_tapped_features(backbone):
    model = build_model(backbone, "multiclass", num_classes=3)
    x = backbone.preprocess(sentences(5)[0]).arrays
    features = features_model(backbone)(x)
    np.testing.assert_array_equal(model(x), model.get_layer("head")(features))
    assert model.output_shape == (None, 3)
    assert build_model(backbone, "binary").output_shape == (None, 1)


def test_the_seed_decides_the_head(backbone):
    heads = [build_model(backbone, seed=seed).get_layer("head").get_weights() for seed in (1, 1, 2)]
    np.testing.assert_array_equal(heads[0][0], heads[1][0])
    assert (heads[0][0] != heads[2][0]).any()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"tap": "mean_poled"}, "Did you mean 'mean_pooled'"),
        ({"tap": "sequence"}, "mean_pooled"),
        ({"head": "lineer"}, "Did you mean 'linear'"),
        ({"task": "binery"}, "Did you mean 'binary'"),
    ],
)
def test_unknown_names_are_answered_with_the_nearest(backbone, arguments, says):
    with pytest.raises(UserError, match=says):
        build_model(backbone, **arguments)


@pytest.mark.parametrize(
    ("rule", "moving"),
    [
        (Call("linear_probe"), set()),
        (Call("top_blocks", {"count": 1}), {"layer_1"}),
        (Call("everything"), {"embeddings", "layer_0", "layer_1"}),
    ],
)
def test_exactly_the_thawed_blocks_move_and_frozen_ones_keep_every_bit(backbone, rule, moving):
    model = build_model(backbone)
    freeze(backbone, rule)

    def weights():
        return {b.name: [w for layer in b.layers for w in layer.get_weights()]
                for b in backbone.blocks}  # fmt: skip

    before = weights()
    texts, labels = sentences(32)
    model.compile(keras.optimizers.SGD(0.5), keras.losses.BinaryCrossentropy(from_logits=True))
    model.fit(backbone.preprocess(texts).arrays, labels, epochs=1, batch_size=8, verbose=0)
    moved = {
        name for name, now in weights().items()
        if any((a != b).any() for a, b in zip(before[name], now, strict=True))
    }  # fmt: skip
    # Batch normalisation's moving statistics are among these weights.
    assert moved == moving


def test_a_saved_model_answers_the_same_in_safe_mode(backbone, tmp_path):
    model = build_model(backbone, "multiclass", num_classes=4)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    x = backbone.preprocess(sentences(6)[0]).arrays
    np.testing.assert_array_equal(model(x), again(x))
