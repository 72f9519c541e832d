import subprocess
import sys

import pytest

from ftkeras import evaluate, run
from ftkeras.config import RunConfig
from ftkeras.records.run_record import RunRecord
from tests.helpers.tiny_backbone import sentences


@pytest.fixture
def copied(finished, tmp_path):
    import shutil

    run_dir = tmp_path / "run"
    shutil.copytree(finished[0], run_dir)
    return run_dir, finished[1]


def test_judging_anew_gives_the_same_numbers_and_writes_the_reading_down(copied):
    run_dir, record = copied
    again = evaluate(RunConfig.read(mode="evaluate", run_dir=str(run_dir)))
    assert again.measurements == record.measurements
    assert again.comparisons == record.comparisons
    assert len(again.test_reads) == len(record.test_reads) + 1
    assert RunRecord.read(run_dir / "record.json") == again


@pytest.mark.slow  # that none needs to be installed is held by test_foreign_predictions.py
def test_judging_what_is_on_disk_loads_no_framework(copied):
    run_dir, _ = copied
    program = (
        "import sys\nfrom ftkeras import run\n"
        f"status = run.main(['--mode=evaluate', '--run_dir={run_dir}'])\n"
        "loaded = [m for m in ('tensorflow', 'keras', 'jax') if m in sys.modules]\n"
        "sys.exit(status or len(loaded))"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


def test_new_examples_are_judged_without_those_already_seen(copied, reviews, tmp_path):
    run_dir, record = copied
    texts, labels = sentences(60, seed=9)
    old = reviews.read_text().splitlines()[1:201]
    new = [f"{text} anew,{('bad', 'good')[label]}"
           for text, label in zip(texts, labels, strict=True)]  # fmt: skip
    path = tmp_path / "new.csv"
    path.write_text("\n".join(["text,label", *old, *new]) + "\n")
    config = RunConfig.read(mode="evaluate", run_dir=str(run_dir), data=f"csv(path={str(path)!r})")
    judged = evaluate(config)
    seen = judged.data["dropped"]["seen_in_training_or_validation"]
    assert judged.split["counts"]["test"] + seen == 260
    assert seen > 100
    assert judged.measurements["test"]["model"][0].num_units == judged.split["counts"]["test"]
    assert len(list((run_dir / "evaluations").glob("*/report.html"))) == 1
    assert RunRecord.read(run_dir / "record.json") == record


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("text,label\na fine day,good\nso so,mixed\n", r"mixed \("),
        ("text,lable\na fine day,good\n", "lable"),
    ],
)
def test_new_data_that_do_not_fit_are_refused(copied, tmp_path, capsys, content, says):
    import re

    run_dir, _ = copied
    path = tmp_path / "new.csv"
    path.write_text(content)
    status = run.main(
        ["--mode=evaluate", f"--run_dir={run_dir}", f"--data=csv(path={str(path)!r})"]
    )
    assert status == 2
    assert re.search(says, capsys.readouterr().err)


def test_a_directory_without_a_run_is_refused(tmp_path, capsys):
    assert run.main(["--mode=evaluate", f"--run_dir={tmp_path}"]) == 2
    assert "record of a finished run" in capsys.readouterr().err
