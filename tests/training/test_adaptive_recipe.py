"""A recipe that looks at each stage: it goes on, stops, takes back, and resumes to the same bits."""

import numpy as np
import pytest

from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.model import build_model
from ftkeras.scores.log_loss import LogLoss
from ftkeras.training.checkpoint import Checkpoint
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.objective import Objective
from ftkeras.training.recipe import Recipe
from ftkeras.training.stopping import StopWithoutGain
from tests.helpers.made_parts import Interrupt, part, silent
from tests.helpers.tiny_images import image_backbone, pictures

OBJECTIVE = Objective("BinaryCrossentropy(from_logits=True)", list, "val_loss", "min")
PROBE = Phase(Call("linear_probe"), epochs=2, learning_rate=0.02, swa=0.0,
              find_learning_rate=True)  # fmt: skip
TOP = Phase(Call("top_blocks", {"count": 1}), epochs=2, learning_rate=0.005, batch_size=8, swa=0.0)
PHASES = [PROBE, TOP, Phase(Call("top_blocks", {"count": 2}), epochs=1, learning_rate=0.003)]


def fit(directory, phases, level, checkpoint=None, after=10**6):
    backbone = image_backbone()
    cache = FeatureCache(directory / "cache", backbone, "pooled")
    recipe = Recipe(build_model(backbone), backbone, cache, OBJECTIVE,
                    silent, [Interrupt(after)])  # fmt: skip
    stopping = None if level is None else StopWithoutGain(LogLoss(), level, resamples=200)
    train, validation = part(pictures, 32, 1), part(pictures, 24, 2)
    recipe.fit(phases, train, validation, seed=0, log=None, stopping=stopping,
               checkpoint=checkpoint)  # fmt: skip
    return recipe


def weights(recipe):
    return [variable.numpy() for variable in recipe.model.weights]


def assert_equal(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.fixture(scope="module")
def eager(tmp_path_factory):
    """With a level of nearly 1 anything that looks better is a gain."""
    return fit(tmp_path_factory.mktemp("eager"), PHASES, 0.999)


def test_a_range_test_leaves_no_trace_in_what_is_trained(tmp_path, eager):
    found = eager.results[0]
    assert found.learning_rates["suggested"] == found.phase.learning_rate
    plain = Phase(Call("linear_probe"), epochs=2, learning_rate=found.phase.learning_rate,
                  swa=0.0)  # fmt: skip
    recipe = fit(tmp_path, [plain], None)
    np.testing.assert_equal(recipe.results[0].history, found.history)


def test_without_a_gain_the_stage_is_taken_back_and_is_the_last(tmp_path):
    alone = fit(tmp_path, PHASES[:1], None)
    reluctant = fit(tmp_path, PHASES, 1e-9)
    assert len(reluctant.results) == 2
    assert reluctant.results[1].best_epoch == 0
    assert not reluctant.results[1].look["goes_on"]
    assert reluctant.results[1].history["val_loss"][0] > 0
    assert_equal(weights(reluctant), weights(alone))
    answers = [recipe.predict(part(pictures, 16, 3), "test")[0] for recipe in (alone, reluctant)]
    np.testing.assert_array_equal(*answers)
    assert reluctant.passes["computed"] == 0  # the probe's features serve to the end


def test_with_gains_it_goes_on_from_the_best_weights(eager):
    looks = [result.look for result in eager.results]
    assert looks[0] is None
    assert looks[1]["goes_on"]
    assert len(eager.results) == 3
    for result, seen in zip(eager.results[1:], looks[1:], strict=True):
        if result.best_epoch:
            best = result.history["val_loss"][result.best_epoch - 1]
            before = min(eager.results[0].history["val_loss"])
            assert best < before
            assert seen["difference"] < 0
        assert seen["num_units"] == 24
        assert seen["epochs"] == len(result.history["val_loss"])


@pytest.mark.slow
@pytest.mark.parametrize("places", [[5, 1], [3, 4, 2]])
def test_killed_anywhere_it_ends_with_the_same_bits_and_the_same_words(tmp_path, eager, places):
    for after in places:
        with pytest.raises(KeyboardInterrupt):
            fit(tmp_path, PHASES, 0.999, Checkpoint(tmp_path / "left", "one", seconds=0), after)
    state = Checkpoint(tmp_path / "left", "one").load()
    again = fit(tmp_path, PHASES, 0.999, Checkpoint(tmp_path / "left", "one"))
    assert_equal(weights(again), weights(eager))
    assert [r.look for r in again.results] == [r.look for r in eager.results]
    for one, other in zip(again.results, eager.results, strict=True):
        np.testing.assert_equal(one.history, other.history)
        assert one.learning_rates == other.learning_rates
    assert again.passes == eager.passes  # what the killed processes computed is counted
    assert again.results[-1].seconds > 0
    assert state.about["phase_seconds"] > 0
