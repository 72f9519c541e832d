"""Runs of every composition, of thawed and of augmented training, killed at random steps."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.training import fine_tuned
from tests.helpers.made_files import several_inputs, write_columns
from tests.helpers.tiny_backbone import sentences

PROGRAM = Path(__file__).parent / "killed_program.py"
N = 96
PROBE = "linear_probe(epochs=2, learning_rate=0.05, batch_size=16)"
TOP = "top_blocks(count=1, epochs=2, learning_rate=0.001, batch_size=16)"
WHOLE = ("everything(epochs=3, learning_rate=0.001, batch_size=16, accumulate=2, ema=0.9, "
         "l2_sp=0.01, schedule='cosine', warmup=0.2)")  # fmt: skip
AVERAGED = "everything(epochs=3, learning_rate=0.001, batch_size=16, swa=0.3, layer_decay=0.9)"


@pytest.fixture(scope="module")
def own(tmp_path_factory, preset):
    directory = tmp_path_factory.mktemp("killed")
    texts, good = sentences(N, seed=5)
    lists = {"query": [f"which is good, {i // 4}?" for i in range(N)], "document": texts,
             "relevance": good, "id": [f"q{i // 4}" for i in range(N)]}  # fmt: skip
    return {
        **several_inputs(directory, N), "lists": write_columns(directory / "lists.csv", lists),
        "text": str(preset), "cache": str(tmp_path_factory.mktemp("cache")),
    }  # fmt: skip


COURSES = {
    "two_towers": ["--backbone={text}", "--pair=two_towers", "--task=binary",
                   "--data=csv(path='{pairs}', text='a', second_text='b')",
                   f"--phase={PROBE}", f"--phase={TOP}"],
    "cross_encoder": ["--backbone={text}", "--pair=cross_encoder", "--task=binary",
                      "--data=csv(path='{pairs}', text='a', second_text='b')",
                      f"--phase={PROBE}", f"--phase={TOP}"],
    "multimodal": ["--backbone=text={text}", "--backbone=image={image}",
                   "--backbone=tabular=tabular://one_hot", "--task=binary",
                   "--head=gated_fusion(units=8)", "--data=csv(path='{both}', text='text', "
                   "image='file', numbers='age,income', categories='city')",
                   f"--phase={PROBE}", f"--phase={TOP}"],
    "tabular": ["--backbone=tabular://embedded", "--task=binary", "--head=mlp",
                "--data=csv(path='{table}', numbers='age,income', categories='city')",
                f"--phase={PROBE}", f"--phase={AVERAGED}"],
    "lists": ["--backbone={text}", "--task=ranking",
              "--data=csv(path='{lists}', text='query', second_text='document', label='relevance')",
              "--phase=linear_probe(epochs=2, learning_rate=0.05, batch_size=4)",
              "--phase=top_blocks(count=1, epochs=2, learning_rate=0.001, batch_size=4)"],
    "everything": ["--backbone={text}", "--task=binary", "--data=csv(path='{both}')",
                   f"--phase={WHOLE}", f"--phase={AVERAGED}"],
    "augmented_texts": ["--backbone={text}", "--task=binary", "--data=csv(path='{both}')",
                        "--augment=edit_words(delete=0.2)", "--views=2",
                        f"--phase={PROBE}", f"--phase={WHOLE}"],
    "mixed_pictures": ["--backbone={image}", "--task=binary",
                       "--data=csv(path='{pictures}', image='file')", "--augment=flip",
                       "--augment=mix_up", "--views=2", f"--phase={PROBE}", f"--phase={WHOLE}"],
}  # fmt: skip


def start(course, own, run_dir, saves):
    flags = [flag.format(**own) for flag in course]
    command = [sys.executable, str(PROGRAM), str(saves), "--mode=finetune", *flags, "--seed=3",
               f"--cache_dir={own['cache']}", f"--run_dir={run_dir}"]  # fmt: skip
    return subprocess.run(command, env={**os.environ, "COUNT_SAVES": "1"}, capture_output=True,
                          text=True, check=False)  # fmt: skip


def assert_same(whole, killed):
    records = [RunRecord.read(run / "record.json") for run in (whole, killed)]
    np.testing.assert_equal(*([phase["history"] for phase in x.phases] for x in records))
    assert (whole / "metrics.jsonl").read_text() == (killed / "metrics.jsonl").read_text()
    one, other = (Predictions.read(run / "predictions/model.parquet").logits
                  for run in (whole, killed))  # fmt: skip
    np.testing.assert_array_equal(one, other)
    models = [fine_tuned.load(run).model for run in (whole, killed)]
    for a, b in zip(*(model.weights for model in models), strict=True):
        np.testing.assert_array_equal(a, b, err_msg=a.path)


@pytest.mark.slow
@pytest.mark.parametrize("name", COURSES)
def test_killed_at_random_steps_it_ends_with_the_same_bits(own, name, tmp_path):
    whole = start(COURSES[name], own, tmp_path / "whole", 10**6)
    assert whole.returncode == 0, whole.stderr
    saves = int(whole.stdout.splitlines()[-1].removeprefix("saves: "))
    draw = np.random.default_rng([11, *name.encode()])
    for count in draw.integers(1, max(2, saves // 3), 3):
        killed = start(COURSES[name], own, tmp_path / "killed", int(count))
        assert killed.returncode == -9, killed.stderr
        assert not (tmp_path / "killed").exists()
        assert (tmp_path / ".killed.unfinished/state.npz").exists()
    again = start(COURSES[name], own, tmp_path / "killed", 10**6)
    assert again.returncode == 0, again.stderr
    assert not (tmp_path / ".killed.unfinished").exists()
    assert_same(tmp_path / "whole", tmp_path / "killed")
