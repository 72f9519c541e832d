import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn import metrics

from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord

# Most of the time would go into programs that are fast, and run a few times each.
QUICKLY = "--xla_backend_optimization_level=0"


@pytest.mark.parametrize(
    "phases",
    [
        ["linear_probe(epochs=2, learning_rate=0.05)"],
        pytest.param(
            ["linear_probe(epochs=2, learning_rate=0.05)",
             "top_blocks(count=1, epochs=2, learning_rate=0.001)"],
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ["linear_probe(epochs=4, find_learning_rate=True, swa=0.5)",
             "top_blocks(count=1, epochs=2, learning_rate=0.001, swa=0.0)"],
            marks=pytest.mark.slow,
        ),
    ],
)  # fmt: skip
def test_the_same_road_runs_on_jax(settings, finished, phases, tmp_path):
    single = [f"--{k}={v}" for k, v in settings.items() if not isinstance(v, list)]
    done = subprocess.run(
        [sys.executable, "-m", "ftkeras.run", *single, f"--run_dir={tmp_path / 'run'}",
         "--keras_backend=jax", *[f"--phase={phase}" for phase in phases]],
        capture_output=True, text=True, check=False, env={**os.environ, "XLA_FLAGS": QUICKLY},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    record = RunRecord.read(tmp_path / "run" / "record.json")
    assert record.versions["keras backend"] == "jax"
    assert record.split["digest"] == finished[1].split["digest"]
    rows = Predictions.read(tmp_path / "run/predictions/model.parquet").part("test")
    probability = 1 / (1 + np.exp(-rows.logits[:, 0].astype("float64")))
    streamed = record.streamed["test"]
    assert streamed["log_loss"] == pytest.approx(
        metrics.log_loss(rows.labels, probability), abs=1e-6
    )
    accuracy = metrics.accuracy_score(rows.labels, rows.logits[:, 0] > 0)
    assert streamed["accuracy"] == pytest.approx(accuracy, abs=1e-6)
