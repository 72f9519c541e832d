"""A recipe that is interrupted anywhere and started again ends with the same bits."""

import keras
import numpy as np
import pytest

from ftkeras.call_string import Call
from ftkeras.contracts.phase import Phase
from ftkeras.model import build_model
from ftkeras.training.checkpoint import Checkpoint
from ftkeras.training.feature_cache import FeatureCache
from ftkeras.training.objective import Objective
from ftkeras.training.recipe import Recipe
from tests.helpers.made_parts import Interrupt, part, silent
from tests.helpers.tiny_images import image_backbone, pictures

OBJECTIVE = Objective(
    "BinaryCrossentropy(from_logits=True)",
    lambda: [keras.metrics.MeanSquaredError(name="error")], "val_loss", "min",
)  # fmt: skip
PHASES = [
    Phase(Call("linear_probe"), epochs=2, learning_rate=0.02, batch_size=2),
    Phase(Call("top_blocks", {"count": 2}), epochs=3, learning_rate=0.003, batch_size=8,
          schedule="cosine", warmup=0.2, accumulate=2, ema=0.9, l2_sp=0.1),
]  # fmt: skip


def fit(directory, after=10**6, checkpoint=None):
    backbone = image_backbone()
    head = "linear(dropout=0.3)"
    cache = FeatureCache(directory / "cache", backbone, "pooled")
    recipe = Recipe(build_model(backbone, head=head), backbone, cache, OBJECTIVE,
                    silent, [Interrupt(after)])  # fmt: skip
    log = directory / "metrics.jsonl"
    log.unlink(missing_ok=True)
    recipe.fit(
        PHASES, part(pictures, 36, 1), part(pictures, 16, 2), seed=0, log=log, checkpoint=checkpoint
    )
    return recipe, log.read_text()


def assert_same(one, other):
    for a, b in zip(one[0].model.variables, other[0].model.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy(), err_msg=a.path)
    assert one[1] == other[1]
    for mine, theirs in zip(one[0].results, other[0].results, strict=True):
        assert mine.history == theirs.history
        assert (mine.phase, mine.best_epoch) == (theirs.phase, theirs.best_epoch)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    return fit(tmp_path_factory.mktemp("whole"))


# 18 steps an epoch come back to Python twice, and a batch of the second phase each time.
@pytest.mark.parametrize(
    "places",
    [[11], *(pytest.param(p, marks=pytest.mark.slow) for p in ([1], [2, 3, 5], [7, 0, 9]))],
)
def test_interrupted_anywhere_it_ends_with_the_same_bits(uninterrupted, tmp_path, places):
    """In the middle of an epoch, at its end, at once after a start, and several times."""
    for after in places:
        checkpoint = Checkpoint(tmp_path / "unfinished", key="one", seconds=0)
        with pytest.raises(KeyboardInterrupt):
            fit(tmp_path, after, checkpoint)
    assert Checkpoint(tmp_path / "unfinished", key="one").load() is not None
    again = fit(tmp_path, checkpoint=Checkpoint(tmp_path / "unfinished", key="one"))
    assert_same(again, uninterrupted)


@pytest.mark.slow
def test_a_finished_state_is_taken_as_it_is(uninterrupted, tmp_path):
    fit(tmp_path, checkpoint=Checkpoint(tmp_path / "unfinished", key="one", seconds=0))
    again = fit(tmp_path, after=0, checkpoint=Checkpoint(tmp_path / "unfinished", key="one"))
    assert_same(again, uninterrupted)


def test_a_damaged_state_or_one_of_other_settings_is_no_state(tmp_path):
    checkpoint = Checkpoint(tmp_path / "unfinished", key="one")
    checkpoint.save({"position": {"epoch": 0, "step": 3}}, {"model": [np.arange(1000.0)]})
    assert checkpoint.load().position.step == 3
    np.testing.assert_array_equal(checkpoint.load().arrays["model"][0], np.arange(1000.0))
    assert Checkpoint(tmp_path / "unfinished", key="other").load() is None
    path = tmp_path / "unfinished" / "state.npz"
    content = path.read_bytes()
    for damaged in (content[:-40], content[:500] + bytes([content[500] ^ 1]) + content[501:], b""):
        path.write_bytes(damaged)
        assert checkpoint.load() is None


def test_short_runs_never_save(tmp_path):
    checkpoint = Checkpoint(tmp_path / "unfinished", key="one")
    assert not checkpoint.due
    assert not (tmp_path / "unfinished").exists()
