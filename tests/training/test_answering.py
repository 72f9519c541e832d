"""After training, validation is answered from the states it was chosen on: no further pass."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.model import build_model
from ftkeras.training.augmented import Augmentations
from ftkeras.training.checkpoint import Checkpoint
from ftkeras.training.examples import single
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.losses.tag_cross_entropy import TagCrossEntropy
from ftkeras.training.objective import Objective
from ftkeras.training.recipe import Recipe
from tests.helpers.made_parts import Interrupt, part, silent
from tests.helpers.tiny_backbone import sentences, text_backbone
from tests.helpers.tiny_images import image_backbone, pictures

OBJECTIVE = Objective("BinaryCrossentropy(from_logits=True)", list, "val_loss", "min")
PROBE = Phase(Call("linear_probe"), epochs=2, learning_rate=0.02, batch_size=8)
TOP = dataclasses.replace(PROBE, freezing=Call("top_blocks", {"count": 1}), learning_rate=0.005)
WHOLE = dataclasses.replace(TOP, freezing=Call("everything"))
RUINOUS = dataclasses.replace(TOP, epochs=1, learning_rate=500.0, optimizer="sgd")
LORA = dataclasses.replace(TOP, freezing=Call("lora", {"rank": 2, "layers": ["conv_2"]}))


def counted(layer):
    """Has a layer note, outside of all graphs, how many examples each of its batches holds."""
    seen, plain = [], layer.call

    def call(x, *arguments, **keywords):
        tf.py_function(lambda n: seen.append(int(n)), [tf.shape(x)[0]], [])
        return plain(x, *arguments, **keywords)

    layer.call, layer.supports_jit = call, False
    return seen


def recipe_of(directory, callbacks=()):
    backbone = image_backbone()
    seen = counted(backbone.blocks[0].layers[0])
    cache = FeatureCache(directory, backbone, "pooled")
    model = build_model(backbone)
    return Recipe(model, backbone, cache, OBJECTIVE, silent, callbacks), seen


def fit(recipe, phases, **settings):
    train, validation = part(pictures, 40, 1), part(pictures, 21, 2)
    recipe.fit(phases, train, validation, seed=0, log=None, **settings)
    return validation


def whole(recipe, asked):
    """What the model that is saved answers."""
    return np.asarray(recipe.model(single(recipe.backbone.preprocess(asked.values).arrays)))


@pytest.mark.parametrize(
    ("phases", "kept"),
    [
        ([PROBE, TOP, RUINOUS], [True, True, False]),
        pytest.param([TOP], [True], marks=pytest.mark.slow),
        pytest.param([LORA], [True], marks=pytest.mark.slow),
    ],
)
def test_validation_passes_the_frozen_layers_once(tmp_path, phases, kept):
    recipe, seen = recipe_of(tmp_path)
    validation = fit(recipe, phases)
    assert [bool(result.best_epoch) for result in recipe.results] == kept
    before = sum(seen)
    logits, streamed = recipe.predict(validation, "validation")
    assert sum(seen) == before
    np.testing.assert_allclose(logits, whole(recipe, validation), atol=1e-5)
    best = min(v for result in recipe.results for v in result.history["val_loss"])
    assert streamed["loss"] == pytest.approx(best, abs=1e-5)
    reversed_ = dataclasses.replace(
        validation, ids=validation.ids[::-1], values=validation.values[::-1]
    )
    for asked in (reversed_, part(pictures, 21, 5)):  # those states are not theirs
        logits, _ = recipe.predict(asked, "validation")
        np.testing.assert_allclose(logits, whole(recipe, asked), atol=1e-5)
    test = part(pictures, 17, 3)
    before = sum(seen)
    logits, _ = recipe.predict(test, "test")
    assert sum(seen) == before + 17 + 1  # and one, for what layers add to the loss
    np.testing.assert_allclose(logits, whole(recipe, test), atol=1e-5)


@pytest.mark.parametrize(
    "last",
    [dataclasses.replace(TOP, cache="float16"), pytest.param(WHOLE, marks=pytest.mark.slow)],
)
def test_what_has_not_all_digits_or_has_moved_is_passed_again(tmp_path, last):
    recipe, seen = recipe_of(tmp_path)
    validation = fit(recipe, [TOP, last])
    before = sum(seen)
    logits, _ = recipe.predict(validation, "validation")
    assert sum(seen) == before + 21 + 1
    np.testing.assert_allclose(logits, whole(recipe, validation), atol=1e-5)


@pytest.mark.slow
def test_augmented_training_keeps_no_states_and_answers_alike(tmp_path):
    recipe, _ = recipe_of(tmp_path)
    augment = Augmentations((Call("flip"),), views=2, seed=1, num_classes=2)

    def bytes_of(n, seed):
        values, labels = pictures(n, seed)
        return [np.clip(40 * x + 128, 0, 255).astype("uint8") for x in values], labels

    train, validation = part(bytes_of, 24, 1), part(bytes_of, 16, 2)
    train = dataclasses.replace(train, augment=augment)
    recipe.fit([TOP], train, validation, seed=0, log=None)
    assert not (tmp_path / "hidden_states").exists()
    logits, _ = recipe.predict(validation, "validation")
    np.testing.assert_allclose(logits, whole(recipe, validation), rtol=1e-4, atol=1e-4)


def test_tags_are_answered_from_all_states_of_a_frozen_backbone(tmp_path):
    """A head of positions has no cached features, and is fitted on states from the first phase."""
    backbone = text_backbone(norm=keras.layers.LayerNormalization)
    seen = counted(backbone.blocks[1].layers[0])

    class TwoTags:
        def num_outputs(self, num_classes):
            return 2

    def tagged(n, seed):
        texts = sentences(n, seed)[0]
        labels = np.full((n, 64), -1, "int64")
        for row, text in zip(labels, texts, strict=True):
            row[: len(text)] = [letter in "aeiou" for letter in text]
        return texts, labels

    model = build_model(backbone, TwoTags(), head="token_level(dropout=0.0)")
    objective = Objective("", list, "val_loss", "min", lambda _: TagCrossEntropy()((20.0,), 0.0))
    recipe = Recipe(model, backbone, FeatureCache(tmp_path, backbone, "mean_pooled"), objective,
                    silent)  # fmt: skip
    train, validation = (part(tagged, n, seed, by_position=True) for n, seed in ((24, 1), (15, 2)))
    recipe.fit([PROBE], train, validation, seed=0, log=None)
    before = sum(seen)
    logits, streamed = recipe.predict(validation, "validation")
    assert sum(seen) == before
    assert streamed["loss"] == pytest.approx(min(recipe.results[0].history["val_loss"]), abs=1e-6)
    for row, text in enumerate(validation.values):  # one by one, without any padding
        alone = model(backbone.preprocess([text]).arrays)
        np.testing.assert_allclose(logits[row, : len(text)], alone[0], atol=1e-5)


@pytest.mark.slow
def test_a_run_killed_in_its_last_phase_gives_the_same_bits(tmp_path):
    recipe, _ = recipe_of(tmp_path / "once")
    expected = recipe.predict(fit(recipe, [TOP, RUINOUS]), "validation")[0]
    checkpoint = Checkpoint(tmp_path / "left", key="one", seconds=0)
    recipe, _ = recipe_of(tmp_path / "twice", [Interrupt(12)])
    with pytest.raises(KeyboardInterrupt):
        fit(recipe, [TOP, RUINOUS], checkpoint=checkpoint)
    recipe, seen = recipe_of(tmp_path / "twice")
    validation = fit(recipe, [TOP, RUINOUS], checkpoint=checkpoint)
    before = sum(seen)
    np.testing.assert_array_equal(recipe.predict(validation, "validation")[0], expected)
    assert sum(seen) == before
