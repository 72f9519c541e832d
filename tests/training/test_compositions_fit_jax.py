"""Compositions are fitted under JAX, frozen and thawed; what Keras says is what answers cost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.special import log_softmax

from tests.backbones import reference_bert
from tests.helpers import tiny_image_file
from tests.training.fit_compositions_program import rows_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    directory = tmp_path_factory.mktemp("jax")
    text = reference_bert.write(directory / "text", reference_bert.random_weights())
    image = tiny_image_file.write(directory / "image.keras")
    program = "tests.training.fit_compositions_program"
    done = subprocess.run(
        [sys.executable, "-m", program, str(text), str(image)], cwd=ROOT, check=False,
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["backend"] == "jax"
    return found


def cost(family, logits, labels):
    if family != "lists":
        return np.logaddexp(0, np.where(labels, -1, 1) * logits[:, 0]).mean()
    there = labels >= 0
    scores = np.where(there, logits[..., 0], -np.inf)
    shares = np.where(there, labels, 0)
    total = shares.sum(axis=1, keepdims=True)
    shares = np.divide(shares, total, out=np.zeros_like(shares), where=total > 0)
    return -(shares * np.where(there, log_softmax(scores, axis=1), 0)).sum(axis=1).mean()


@pytest.mark.slow
@pytest.mark.parametrize(
    "family", ["two_towers", "cross_encoder", "multimodal", "tabular", "lists"]
)
def test_a_composition_is_fitted_frozen_and_thawed(fitted, family):
    found = fitted[family]
    probe, thawed = (history["loss"] for history in found["history"])
    assert len(probe) == len(thawed) == 2
    assert probe[1] < probe[0]
    assert found["trained"][1] > found["trained"][0]
    expected = cost(family, np.array(found["logits"]), rows_of(family, 16, 2)[1])
    assert found["loss"] == pytest.approx(expected, abs=1e-5)
    best = min(loss for history in found["history"] for loss in history["val_loss"])
    assert found["loss"] == pytest.approx(best, abs=1e-4)  # of hidden states, and of inputs
