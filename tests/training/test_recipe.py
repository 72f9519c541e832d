import numpy as np
import pytest

from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.model import build_model, features_model
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.objective import Objective
from ftkeras.training.recipe import Recipe
from tests.helpers.made_parts import part, silent
from tests.helpers.tiny_backbone import sentences, text_backbone

OBJECTIVE = Objective("BinaryCrossentropy(from_logits=True)", list, "val_loss", "min")
PROBE = Phase(Call("linear_probe"), epochs=3, learning_rate=0.05)
EVERYTHING = Phase(Call("everything"), epochs=2, learning_rate=0.01)


@pytest.fixture
def backbone():
    return text_backbone()


@pytest.fixture
def recipe(backbone, tmp_path):
    cache = FeatureCache(tmp_path, backbone, "mean_pooled")
    return Recipe(build_model(backbone), backbone, cache, OBJECTIVE,
                  silent)  # fmt: skip


def fit(recipe, phases):
    recipe.fit(phases, part(sentences, 96, 1), part(sentences, 32, 2), seed=0, log=None)


def test_a_frozen_phase_never_runs_the_backbone_twice(recipe):
    fit(recipe, [PROBE, PROBE])
    test = part(sentences, 32, 3)
    recipe.predict(test, "test")
    assert recipe.passes["computed"] == 96 + 32 + 32
    assert recipe.passes["saved"] == 6 * (96 + 32) + 32 - recipe.passes["computed"]


def test_features_and_the_whole_graph_give_the_same_answers(recipe, backbone):
    fit(recipe, [PROBE])
    test = part(sentences, 32, 3)
    logits, _ = recipe.predict(test, "test")
    whole = recipe.model(backbone.preprocess(test.values).arrays)
    np.testing.assert_allclose(logits, whole, atol=1e-5)


def test_a_frozen_backbone_keeps_every_bit(recipe, backbone):
    before = backbone.model.get_weights()
    fit(recipe, [PROBE])
    for old, new in zip(before, backbone.model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_thawed_phases_train_the_same_layers_end_to_end(recipe, backbone):
    before = [w.copy() for w in backbone.model.get_weights()]
    fit(recipe, [PROBE, EVERYTHING])
    assert recipe.results[1].best_epoch > 0
    assert any((a != b).any() for a, b in zip(before, backbone.model.get_weights(), strict=True))
    test = part(sentences, 32, 3)
    logits, streamed = recipe.predict(test, "test")
    whole = recipe.model(backbone.preprocess(test.values).arrays)
    np.testing.assert_allclose(logits, whole, atol=1e-5)
    log_loss = np.logaddexp(0, np.where(test.labels, -1, 1) * logits[:, 0].astype(float)).mean()
    assert streamed["loss"] == pytest.approx(log_loss, abs=1e-6)


def test_features_are_not_used_once_the_backbone_has_moved(recipe, backbone):
    """A probe after a thawed phase must see the backbone as it is now, not as it was cached."""
    fit(recipe, [EVERYTHING, PROBE])
    test = part(sentences, 32, 3)
    logits, _ = recipe.predict(test, "test")
    features = features_model(backbone)(backbone.preprocess(test.values).arrays)
    np.testing.assert_allclose(logits, recipe.model.get_layer("head")(features), atol=1e-5)
    assert recipe.passes["computed"] == 0


def test_a_thawed_phase_that_brings_nothing_is_taken_back(recipe, backbone):
    before = [w.copy() for w in backbone.model.get_weights()]
    ruinous = Phase(Call("everything"), epochs=1, learning_rate=50.0, optimizer="sgd")
    fit(recipe, [PROBE, ruinous])
    assert [bool(result.best_epoch) for result in recipe.results] == [True, False]
    for old, new in zip(before, backbone.model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
