import threading

import keras
import keras_hub
import numpy as np
import pytest

from ftkeras.contracts.backbone import Backbone, Encoded
from ftkeras.errors import UserError
from ftkeras.handles import Handle
from ftkeras.training.feature_batches import BatchShape
from ftkeras.training.feature_pass import FeaturePass
from tests.helpers.tiny_backbone import CharacterCodes, sentences, text_backbone

SHAPE = BatchShape(tokens=128, examples=4)


def backbone_of(model, preprocess, taps):
    return Backbone(Handle("keras", "made.keras"), model, preprocess, taps, (), "made")


class Images:
    """Arrays as they are; it remembers in how many threads it was called."""

    modality = "image"
    config = {}  # noqa: RUF012 (a property in real ones)

    def __init__(self):
        self.threads = set()

    def __call__(self, values):
        self.threads.add(threading.get_ident())
        return Encoded({"image": np.stack(values).astype("float32")})

    def sizes(self, values):
        return np.ones(len(values), "int64")


def image_backbone():
    image = keras.Input((8, 8, 3), name="image")
    feature_map = keras.layers.Conv2D(4, 3, strides=2, name="convolve")(image)
    pooled = keras.layers.GlobalAveragePooling2D(name="pool")(feature_map)
    model = keras.Model(image, {"pooled": pooled, "feature_map": feature_map})
    return backbone_of(model, Images(), ("pooled", "feature_map"))


@pytest.fixture(scope="module")
def bert():
    """A BERT of usual width, so that products are blocked and threaded as in a real one."""
    keras.utils.set_random_seed(0)
    hub = keras_hub.models.BertBackbone(
        vocabulary_size=100, num_layers=2, num_heads=4, hidden_dim=128, intermediate_dim=512,
        max_sequence_length=64, dropout=0.0,
    )  # fmt: skip
    tokens, mask = hub.input["token_ids"], hub.input["padding_mask"]
    inputs = {"token_ids": tokens, "padding_mask": mask}
    segments = keras.ops.zeros_like(tokens)
    sequence = hub({**inputs, "segment_ids": segments})["sequence_output"]
    pooled = keras.layers.GlobalAveragePooling1D()(sequence, mask=keras.ops.cast(mask, "bool"))
    return backbone_of(keras.Model(inputs, {"mean_pooled": pooled}), CharacterCodes(),
                       ("mean_pooled",))  # fmt: skip


def collect(pass_, values):
    """Features in the order of `values`; fails when a row comes twice or never."""
    found = {}
    for rows, features in pass_(values):
        assert not found.keys() & set(rows.tolist())
        found.update(zip(rows.tolist(), features, strict=True))
    return np.stack([found.pop(row) for row in range(len(values))])


def one_by_one(backbone, tap, values):
    """The plain way: each example alone, unpadded, called like any Keras model."""
    outputs = []
    for value in values:
        inputs = backbone.preprocess([value]).arrays
        inputs = inputs if isinstance(backbone.model.input, dict) else inputs["image"]
        outputs.append(keras.ops.convert_to_numpy(backbone.model(inputs, training=False)[tap])[0])
    return np.stack(outputs)


def test_features_are_those_of_each_example_alone(bert):
    texts, _ = sentences(40)
    features = collect(FeaturePass(bert, "mean_pooled", SHAPE), texts)
    np.testing.assert_allclose(features, one_by_one(bert, "mean_pooled", texts), atol=2e-6)


def test_batch_normalisation_and_dropout_are_in_inference_mode():
    backbone = text_backbone()
    texts, _ = sentences(40)
    before = [weight.copy() for weight in backbone.model.get_weights()]
    features = collect(FeaturePass(backbone, "mean_pooled", SHAPE), texts)
    np.testing.assert_allclose(features, one_by_one(backbone, "mean_pooled", texts), atol=1e-6)
    assert all((a == b).all() for a, b in zip(before, backbone.model.get_weights(), strict=True))


def test_bits_do_not_depend_on_what_else_is_computed(bert):
    texts, _ = sentences(200)
    pass_ = FeaturePass(bert, "mean_pooled", BatchShape(tokens=512, examples=4))
    whole = collect(pass_, texts)
    generator = np.random.default_rng(0)
    for size in (1, 2, 7, 50, 120):
        chosen = generator.choice(200, size, replace=False)
        part = collect(pass_, [texts[row] for row in chosen])
        assert (part == whole[chosen]).all()


def test_bits_are_those_of_another_pass_over_the_same_backbone(bert):
    texts, _ = sentences(30)
    one, other = (collect(FeaturePass(bert, "mean_pooled", SHAPE), t)[::s]
                  for t, s in ((texts, 1), (texts[::-1], -1)))  # fmt: skip
    assert (one == other).all()


def test_texts_are_encoded_chunk_by_chunk(bert, monkeypatch):
    monkeypatch.setattr("ftkeras.training.feature_pass._TEXTS_A_CHUNK", 16)
    seen = []

    class Watched(CharacterCodes):
        def __call__(self, values):
            seen.append(len(values))
            return super().__call__(values)

    texts, _ = sentences(40)
    watched = backbone_of(bert.model, Watched(), bert.taps)
    features = collect(FeaturePass(watched, "mean_pooled", SHAPE), texts)
    assert seen == [16, 16, 8]
    assert (features == collect(FeaturePass(bert, "mean_pooled", SHAPE), texts)).all()


def test_images_are_decoded_ahead_and_come_back_in_order():
    backbone = image_backbone()
    images = list(np.random.default_rng(0).normal(size=(37, 8, 8, 3)))
    features = collect(FeaturePass(backbone, "pooled", SHAPE), images)
    assert threading.get_ident() not in backbone.preprocess.threads
    np.testing.assert_allclose(features, one_by_one(backbone, "pooled", images), atol=1e-6)


def test_a_feature_map_comes_flat():
    backbone = image_backbone()
    images = list(np.random.default_rng(0).normal(size=(5, 8, 8, 3)))
    pass_ = FeaturePass(backbone, "feature_map", SHAPE)
    expected = one_by_one(backbone, "feature_map", images)
    assert pass_.row_shape == expected.shape[1:] == (3, 3, 4)
    np.testing.assert_allclose(collect(pass_, images), expected.reshape(5, -1), atol=1e-6)


def test_a_tap_of_variable_size_is_refused():
    with pytest.raises(UserError, match=r"fixed size.*tap='sequence'"):
        FeaturePass(text_backbone(), "sequence", SHAPE)


def test_an_unknown_tap_is_refused():
    with pytest.raises(UserError, match=r"Did you mean 'mean_pooled'"):
        FeaturePass(text_backbone(), "mean_poled", SHAPE)


def test_an_error_while_encoding_reaches_the_caller(bert):
    texts, _ = sentences(3)
    with pytest.raises(TypeError, match="subscriptable"):
        collect(FeaturePass(backbone_of(bert.model, Broken(), bert.taps), "mean_pooled", SHAPE),
                texts)  # fmt: skip


class Broken(CharacterCodes):
    def __call__(self, values):
        return super().__call__([None for _ in values])


def test_a_caller_that_stops_early_leaves_no_thread_behind(bert):
    texts, _ = sentences(100)
    before = threading.active_count()
    batches = FeaturePass(bert, "mean_pooled", SHAPE)(texts)
    next(batches)
    batches.close()
    assert threading.active_count() == before
