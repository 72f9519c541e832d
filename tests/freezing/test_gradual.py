import numpy as np
import pytest

from ftkeras.call_string import Call
from ftkeras.contracts.backbone import Block
from ftkeras.contracts.phase import Phase
from ftkeras.errors import UserError
from ftkeras.freezing.gradual import Gradual
from ftkeras.model import build_model
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.fit import Objective
from ftkeras.training.recipe import Recipe
from tests.helpers.made_parts import part, silent
from tests.helpers.tiny_images import image_backbone, pictures

BLOCKS = tuple(Block(name, ()) for name in "abcd")


@pytest.mark.parametrize(
    ("settings", "epochs", "expected"),
    [
        ({"every": 1}, 3, [(1, 1), (2, 1), (3, 1)]),
        ({"every": 1}, 9, [(1, 1), (2, 1), (3, 1), (4, 6)]),
        ({"every": 2, "most": 3}, 5, [(1, 2), (2, 2), (3, 1)]),
        ({"every": 4}, 3, [(1, 3)]),
        ({"when": "stalled", "most": 2}, 7, [(1, 7), (2, 7)]),
    ],
)
def test_every_epoch_is_spent_once_from_the_head_down(settings, epochs, expected):
    stages = Gradual(**settings).stages(4, epochs)
    assert [(call.arguments["count"], each) for call, each in stages] == expected


def test_at_last_the_blocks_asked_for_train():
    assert Gradual()(BLOCKS) == BLOCKS
    assert Gradual(most=1)(BLOCKS) == BLOCKS[-1:]


@pytest.mark.parametrize("settings", [{"when": "sometimes"}, {"every": 0}, {"most": 0}])
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(UserError, match=f"{next(iter(settings))}="):
        Gradual(**settings)


def recipe_of(tmp_path):
    backbone = image_backbone()
    cache = FeatureCache(tmp_path, backbone, "pooled")
    objective = Objective("BinaryCrossentropy(from_logits=True)", list, "val_loss", "min")
    return backbone, Recipe(build_model(backbone), backbone, cache, objective, silent)


@pytest.mark.slow
def test_a_recipe_runs_the_stages_one_after_the_other(tmp_path):
    backbone, recipe = recipe_of(tmp_path)
    stem = [w.numpy() for layer in backbone.blocks[0].layers for w in layer.weights]
    phase = Phase(Call("gradual", {"most": 2}), epochs=3, learning_rate=0.01)
    recipe.fit([phase], part(pictures, 32, 0), part(pictures, 16, 1), seed=0, log=None)
    assert [str(result.phase.freezing) for result in recipe.results] == [
        "top_blocks(count=1)", "top_blocks(count=2)"]  # fmt: skip
    assert [len(result.history["loss"]) for result in recipe.results] == [1, 2]
    fewer, more = [result.trainable_parameters for result in recipe.results]
    assert fewer < more
    for old, new in zip(stem, [w.numpy() for x in backbone.blocks[0].layers for w in x.weights],
                        strict=True):  # fmt: skip
        np.testing.assert_array_equal(old, new)


@pytest.mark.slow
@pytest.mark.parametrize(("patience", "epochs"), [(1, 2), (2, 3), (None, 4)])
def test_the_next_block_is_thawed_when_validation_stalls(tmp_path, patience, epochs):
    """At so small a rate nothing moves: the first epoch is the best, and patience is all there is."""
    _, recipe = recipe_of(tmp_path)
    phase = Phase(
        Call("gradual", {"when": "stalled", "most": 2}), epochs=4, patience=patience,
        learning_rate=1e-30, weight_decay=0.0, optimizer="sgd",
    )  # fmt: skip
    recipe.fit([phase], part(pictures, 32, 0), part(pictures, 16, 1), seed=0, log=None)
    assert [str(result.phase.freezing) for result in recipe.results] == [
        "top_blocks(count=1)", "top_blocks(count=2)"]  # fmt: skip
    assert [len(result.history["loss"]) for result in recipe.results] == [epochs, epochs]
