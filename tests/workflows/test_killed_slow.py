"""`--mode=finetune`, killed at random steps, ends with the same bits."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.training import fine_tuned

PROGRAM = Path(__file__).parent / "killed_program.py"
PHASES = [
    "--phase=linear_probe(epochs=3, learning_rate=0.05, batch_size=8)",
    "--phase=top_blocks(count=1, epochs=2, learning_rate=0.001, ema=0.9)",
    "--phase=everything(epochs=1, learning_rate=0.001)",
]
RECIPE = [
    "--recipe=auto(most_blocks=2, epochs=2, learning_rate=0.003, probe_epochs=3, "
    "probe_learning_rate=0.01, find_learning_rate=True, level=0.999)"
]


def start(settings, run_dir, steps, course):
    single = [f"--{k}={v}" for k, v in settings.items() if not isinstance(v, list)]
    # A cache of its own: else the second run finds the features of the first one.
    own = [f"--cache_dir={run_dir}_cache", f"--run_dir={run_dir}"]
    command = [sys.executable, str(PROGRAM), str(steps), *single, *course, *own]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("course", [PHASES, RECIPE], ids=["phases", "recipe"])
def test_a_run_killed_at_random_steps_ends_with_the_same_bits(settings, tmp_path, course):
    whole = start(settings, tmp_path / "whole", 10**6, course)
    assert whole.returncode == 0, whole.stderr
    steps = np.random.default_rng(7).integers(1, 8, 3)  # of 24 in all
    for count in steps:
        killed = start(settings, tmp_path / "killed", int(count), course)
        assert killed.returncode == -9, killed.stderr
        assert not (tmp_path / "killed").exists()
        assert (tmp_path / ".killed.unfinished/state.npz").exists()
    again = start(settings, tmp_path / "killed", 10**6, course)
    assert again.returncode == 0, again.stderr
    assert not (tmp_path / ".killed.unfinished").exists()
    records = [RunRecord.read(tmp_path / name / "record.json") for name in ("whole", "killed")]
    assert [p["history"] for p in records[0].phases] == [p["history"] for p in records[1].phases]
    # What the killed processes did and how long they took is part of the run.
    assert records[0].analyses.get("recipe") == records[1].analyses.get("recipe")
    assert records[1].passes["computed"] == records[0].passes["computed"]
    assert records[1].seconds["loading"] > records[0].seconds["loading"]
    logs = [(tmp_path / name / "metrics.jsonl").read_text() for name in ("whole", "killed")]
    assert logs[0] == logs[1]
    one, other = (
        Predictions.read(tmp_path / name / "predictions/model.parquet").logits
        for name in ("whole", "killed")
    )
    np.testing.assert_array_equal(one, other)
    models = [fine_tuned.load(tmp_path / name).model for name in ("whole", "killed")]
    for a, b in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(a, b)
