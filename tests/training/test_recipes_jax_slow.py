"""Rules, settings, heads and keras.applications under JAX; the same under TensorFlow is the reference."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.backbones import reference_bert
from tests.training import recipes_program

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
STILL = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
FITTED = [*recipes_program.PHASES, *(head.partition("(")[0] for head in recipes_program.HEADS)]


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    directory = tmp_path_factory.mktemp("both")
    config = {**reference_bert.CONFIG, **STILL}
    text = reference_bert.write(directory / "text", reference_bert.random_weights(), config)
    keras.utils.set_random_seed(0)
    network = keras.applications.MobileNet(include_top=False, weights=None, input_shape=(32, 32, 3))
    network.save_weights(directory / "mobile.weights.h5")
    found = {}
    for backend in ("tensorflow", "jax"):
        result = directory / f"{backend}.json"
        done = subprocess.run(
            [sys.executable, "-m", "tests.training.recipes_program", str(text),
             str(directory / "mobile.weights.h5"), str(result)], cwd=ROOT, check=False,
            env={**os.environ, "KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"},
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        found[backend] = json.loads(result.read_text())
        assert found[backend]["backend"] == backend
    return found


@pytest.mark.parametrize("name", FITTED)
def test_a_phase_ends_where_it_ends_under_tensorflow(both, name):
    """The rules of freezing, every setting of a phase, and the heads that read texts."""
    here, there = both["jax"][name], both["tensorflow"][name]
    assert here["moved"] == there["moved"]
    assert bool(here["moved"]) == (name in recipes_program.PHASES)
    losses = [np.concatenate(each["loss"]) for each in (here, there)]
    assert np.ptp(losses[1]) > 0
    if name == "lora":  # whose first matrix each backend draws by itself
        return
    np.testing.assert_allclose(*losses, atol=1e-4)
    np.testing.assert_allclose(here["logits"], there["logits"], atol=1e-3)


def test_a_network_of_keras_applications_gives_the_same_features_and_probe(both):
    here, there = (both[backend]["application"] for backend in ("jax", "tensorflow"))
    np.testing.assert_allclose(here["features"], there["features"], atol=1e-4)
    np.testing.assert_allclose(here["loss"], there["loss"], atol=1e-4)


@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_a_run_stopped_within_epochs_ends_with_the_same_bits(both, backend):
    """JAX keeps what it trains to itself until an epoch ends: what is saved before is asked for."""
    found = both[backend]["interrupted"]
    assert found["same"]
    assert found["histories"][0] == found["histories"][1]
