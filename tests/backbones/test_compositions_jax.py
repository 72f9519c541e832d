"""Heads and compositions give the same answers under JAX."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ftkeras import load_backbone
from ftkeras.model import build_model
from tests.backbones import reference_bert
from tests.helpers import tiny_image_file
from tests.helpers.made_rows import pairs, table_rows
from tests.helpers.tiny_backbone import sentences

PROGRAM = Path(__file__).parent / "loaded_models_program.py"


class TwoOutputs:
    def num_outputs(self, num_classes):
        return 2


@pytest.mark.slow
def test_saved_models_answer_the_same_under_jax(tmp_path):
    text = reference_bert.write(tmp_path / "text", reference_bert.random_weights())
    image = tiny_image_file.write(tmp_path / "image.keras")
    texts, rows = sentences(6)[0], table_rows(6)[0]
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), "uint8")
    several = [
        {"text": t, "image": p, "tabular": r} for t, p, r in zip(texts, pixels, rows, strict=True)
    ]
    both = f"multimodal://text={text},image=keras://{image},tabular=tabular://embedded"
    cases = {
        "two_towers": (f"two_towers://{text}", "linear", pairs(6)[0], {}),
        "cross_encoder": (f"cross_encoder://{text}", "mlp", pairs(6)[0], {}),
        "tabular": ("tabular://one_hot", "linear", rows, {"train": rows}),
        "gated": (both, "gated_fusion(units=4)", several, {"train": several}),
        "side_by_side": (both, "concatenation(units=4)", several, {"train": several}),
        "tokens": (str(text), "token_level", texts, {}),
        "span": (str(text), "answer_span", texts, {}),
    }
    (tmp_path / "models").mkdir()
    expected = {}
    for name, (handle, head, values, given) in cases.items():
        backbone = load_backbone(handle, **given)
        model = build_model(backbone, TwoOutputs(), head=head)
        arrays = backbone.preprocess(values).arrays
        x = arrays if isinstance(model.input, dict) else next(iter(arrays.values()))
        expected[name] = np.asarray(model(x))
        model.save(tmp_path / f"models/{name}.keras")
        np.savez(tmp_path / f"models/{name}.npz", **arrays)
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(tmp_path / "models")],
        env={**os.environ, "KERAS_BACKEND": "jax"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for name, answers in expected.items():
        found = np.load(tmp_path / f"models/{name}.jax.npy")
        np.testing.assert_allclose(found, answers, atol=2e-5, err_msg=name)
