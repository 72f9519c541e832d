"""Several devices, and the other backend: programs of their own, since both are chosen at start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


def output_of(directory, **environment):
    ended = subprocess.run(
        [sys.executable, "-m", "tests.backbones.saved_model_program", str(directory)],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def mirrored(saved_models):
    return output_of(Path(saved_models.images).parent, KERAS_BACKEND="tensorflow")


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["images", "images of which a block is frozen", "encoder_without_dropout"]
)
def test_two_replicas_train_to_what_one_device_gives(mirrored, kind):
    """BatchNorm's statistics too, and an embedding whose rows repeat in and over the replicas.

    The images' losses hold what their variables add to it, as often as on one device.
    """
    (losses, weights), (shared_losses, shared_weights) = (
        mirrored[kind]["alone"], mirrored[kind]["shared"])  # fmt: skip
    assert mirrored[kind]["kinds"] == ["MirroredVariable"]
    assert losses[0] != losses[1]
    np.testing.assert_allclose(shared_losses, losses, rtol=1e-5)
    for one, other in zip(weights, shared_weights, strict=True):
        np.testing.assert_allclose(other, one, atol=1e-5)


@pytest.mark.slow
def test_on_two_replicas_frozen_blocks_and_their_statistics_stay(mirrored):
    alone, shared = mirrored["images of which a block is frozen"]["moved"]
    assert alone == shared
    assert any("block_1/conv/kernel" in path for path in shared)
    assert not [path for path in shared if "block_0" in path or "moving" in path]
    assert [path for path in mirrored["images"]["moved"][1] if "block_0/norm/moving_mean" in path]


@pytest.mark.slow
def test_a_layer_made_outside_of_the_scope_says_so(mirrored):
    assert "Create or load the model inside the scope" in mirrored["outside"]


def test_on_jax_the_error_says_what_to_do_and_loads_no_tensorflow(saved_models):
    said = output_of(saved_models.images, KERAS_BACKEND="jax", JAX_PLATFORMS="cpu")
    assert "KERAS_BACKEND=jax. Set KERAS_BACKEND=tensorflow" in said["error"]
    assert not said["tensorflow"]
