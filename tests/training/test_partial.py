"""Training on cached hidden states is training on inputs, at the price of the upper blocks."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from ftkeras import graph, load_backbone
from ftkeras.call_string import Call
from ftkeras.contracts.backbone import Block
from ftkeras.contracts.phase import Phase
from ftkeras.model import build_model, freeze
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.objective import Objective
from ftkeras.training.partial import PartialModel
from ftkeras.training.recipe import Recipe
from tests.backbones import reference_bert
from tests.helpers.made_parts import part, silent
from tests.helpers.tiny_backbone import sentences, text_backbone
from tests.helpers.tiny_images import image_backbone, pictures

OBJECTIVE = Objective("BinaryCrossentropy(from_logits=True)", list, "val_loss", "min")
TOP = Call("top_blocks", {"count": 1})


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    directory = tmp_path_factory.mktemp("preset") / "tiny"
    return reference_bert.write(directory, reference_bert.random_weights())


def bert(preset):
    return load_backbone(str(preset))


def gradients(model, inputs, labels):
    with tf.GradientTape() as tape:
        logits = model(inputs, training=False)
        loss = keras.losses.BinaryCrossentropy(from_logits=True)(labels[:, None], logits)
    return tape.gradient(loss, [variable.value for variable in model.trainable_variables])


def prepared(backbone, directory, storage="float32", n=24, made=sentences):
    model = build_model(backbone)
    freeze(backbone, TOP)
    partial = PartialModel(model, backbone, directory, storage)
    train = part(made, n, 1)
    parts = {"train": (train.ids, train.values.tolist(), train.labels)}
    found = partial.prepare(parts, silent)
    return model, partial, found["train"], train


@pytest.mark.parametrize(("storage", "tolerance"), [("float32", 1e-5), ("float16", 2e-2)])
def test_gradients_on_cached_states_are_those_on_inputs(preset, tmp_path, storage, tolerance):
    backbone = bert(preset)
    model, partial, examples, train = prepared(backbone, tmp_path, storage)
    assert partial.on_states
    rows = np.array([3, 0, 17, 8])
    cached = gradients(partial.model, examples.take(rows), train.labels[rows])
    encoded = backbone.preprocess([train.values[row] for row in rows])
    direct = gradients(model, encoded.arrays, train.labels[rows])
    assert len(cached) == len(direct) > 10
    for one, other in zip(cached, direct, strict=True):
        np.testing.assert_allclose(one, other, atol=tolerance)


def test_frozen_layers_drop_nothing_where_no_states_are_kept():
    inputs = keras.Input((16,))
    below = keras.layers.Dropout(0.5)(keras.layers.Dense(16, trainable=False)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(1)(below))
    rows = np.random.default_rng(0).normal(size=(4, 16)).astype("float32")
    expected = model(rows, training=False)
    assert np.abs(model(rows, training=True) - expected).max() > 0.01
    whole = graph.joined(graph.cut(model), model)
    np.testing.assert_allclose(whole(rows, training=True), expected, rtol=1e-6)


def test_images_are_cut_at_a_layer_too(tmp_path):
    backbone = image_backbone()
    model, partial, examples, train = prepared(backbone, tmp_path, made=pictures)
    assert partial.on_states
    assert [layer.name for layer in partial.halves.frozen.layers][-1] == "relu_1"
    rows = np.array([5, 2])
    cached = gradients(partial.model, examples.take(rows), train.labels[rows])
    direct = gradients(model, np.stack([train.values[row] for row in rows]), train.labels[rows])
    for one, other in zip(cached, direct, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def fitted(backbone, directory, cache, phases=1):
    cached = FeatureCache(directory, backbone, backbone.taps[0])
    recipe = Recipe(build_model(backbone), backbone, cached, OBJECTIVE, silent)
    phase = Phase(TOP, epochs=2, learning_rate=0.01, cache=cache, batch_size=20)
    recipe.fit([phase] * phases, part(sentences, 40, 1), part(sentences, 16, 2), seed=0, log=None)
    assert recipe.results[0].best_epoch
    return recipe.model.get_weights()


@pytest.mark.slow
def test_a_phase_ends_with_the_same_weights_with_and_without_the_cache(preset, tmp_path):
    """Dropout of the upper blocks included; below, everything is in inference mode either way."""
    weights = [fitted(bert(preset), tmp_path / cache, cache) for cache in ("float32", "none")]
    for one, other in zip(*weights, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-5)


@pytest.mark.slow
def test_frozen_layers_run_once_and_later_runs_find_the_states(preset, tmp_path, monkeypatch):
    computed = []
    from ftkeras.training.feature_pass import ModelPass

    plain = ModelPass.outputs

    def counted(self, values):
        computed.append(len(values))
        return plain(self, values)

    monkeypatch.setattr(ModelPass, "outputs", counted)
    first = fitted(bert(preset), tmp_path, "float32", phases=2)
    assert computed == [40, 16]
    second = fitted(bert(preset), tmp_path, "float32", phases=2)
    assert computed == [40, 16]
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_frozen_weights_keep_every_bit(preset, tmp_path):
    backbone = bert(preset)
    before = backbone.model.get_weights()
    fitted(backbone, tmp_path, "float32")
    frozen = {id(w) for block in backbone.blocks[:-1] for x in block.layers for w in x.weights}
    moved = 0
    for variable, old in zip(backbone.model.weights, before, strict=True):
        if id(variable) in frozen:
            np.testing.assert_array_equal(variable.numpy(), old)
        else:
            moved += (variable.numpy() != old).any()
    assert moved > 5


def test_only_the_positions_that_are_there_are_kept(preset, tmp_path):
    _, _, examples, _ = prepared(bert(preset), tmp_path)
    [path] = list(tmp_path.glob("*/crossing_0.npy"))
    kept = np.load(path, mmap_mode="r")
    assert kept.shape == (examples.lengths.sum(), 8)
    batch = examples.take(np.array([0, 1]))
    assert batch["crossing_0"].shape[1] == batch["padding_mask"].shape[1]
    for row in (0, 1):
        there = batch["padding_mask"][row] == 1
        assert (batch["crossing_0"][row, ~there] == 0).all()
        assert (batch["crossing_0"][row, there] != 0).any(1).all()


def test_what_does_not_fit_is_not_kept(preset, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("ftkeras.training.hidden_states._MOST_BYTES", 10)
    _, partial, _, _ = prepared(bert(preset), tmp_path)
    assert not partial.on_states
    assert "do not fit" in caplog.text
    assert not list(tmp_path.iterdir())


def blind_backbone():
    """Averages over padding, too: no mask is looked at."""
    plain = text_backbone()
    tokens = keras.Input((None,), dtype="int32", name="token_ids")
    mask = keras.Input((None,), dtype="int32", name="padding_mask")
    layers = [keras.layers.Embedding(100, 8)]
    layers += [keras.layers.Dense(8, activation="tanh", name=f"blind_{i}") for i in range(2)]
    x = tokens
    for layer in layers:
        x = layer(x)
    x = keras.layers.GlobalAveragePooling1D()(x)
    model = keras.Model({"token_ids": tokens, "padding_mask": mask}, {"mean_pooled": x})
    blocks = tuple(Block(layer.name, (layer,)) for layer in layers)
    return dataclasses.replace(plain, model=model, taps=("mean_pooled",), blocks=blocks)


@pytest.mark.parametrize(
    ("make", "said"), [(text_backbone, ""), (blind_backbone, "padding matters")]
)
def test_where_padding_matters_nothing_is_kept(tmp_path, caplog, make, said):
    """Statistics of a batch are taken over padding; so is a mean that knows no mask."""
    model, partial, examples, _ = prepared(make(), tmp_path)
    assert not partial.on_states
    assert said in caplog.text
    rows = np.array([3, 0])
    inputs = examples.take(rows)
    np.testing.assert_allclose(partial.model(inputs), model(inputs), atol=1e-6)
