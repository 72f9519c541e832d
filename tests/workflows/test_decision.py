"""Calibration and threshold: chosen on validation, locked, and used by the loaded model."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from ftkeras import evaluate, finetune, load, run
from ftkeras.calibration.temperature import Temperature
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.records.decision import Decision
from ftkeras.records.predictions import Predictions
from ftkeras.thresholds.recall_at_least import RecallAtLeast
from tests.helpers.tiny_backbone import sentences

RULE = "recall_at_least(value=0.9)"


def config(run_dir, **settings):
    return RunConfig.read(mode="evaluate", run_dir=str(run_dir), **settings)


@pytest.fixture(scope="module")
def decided(settings, tmp_path_factory):
    run_dir = tmp_path_factory.mktemp("decided") / "run"
    asked = {**settings, "threshold": RULE, "calibration": "temperature"}
    return run_dir, finetune(RunConfig.read(**asked, run_dir=str(run_dir)))


def test_validation_alone_decides(decided):
    run_dir, record = decided
    rows = Predictions.read(run_dir / "predictions/model.parquet").part("validation")
    scaler = Temperature().fit(rows.logits, rows.labels)
    threshold = RecallAtLeast(0.9)(rows.labels, scaler(rows.logits)[:, 1])
    decision = Decision.read(run_dir / "decision.json")
    assert decision == Decision(
        "temperature", scaler.parameters, RULE, {"good": threshold}, "validation", len(rows)
    )
    assert Decision.from_json(record.analyses["decision"]) == decision


def test_test_is_told_at_the_threshold_and_at_one_half(decided):
    run_dir, record = decided
    rows = Predictions.read(run_dir / "predictions/model.parquet").part("test")
    found = record.analyses["threshold"]
    share = Temperature().restore(record.analyses["decision"]["parameters"])(rows.logits)[:, 1]
    recall = {item["at"]["score"]: (item["at"]["value"], item["half"]["value"])
              for item in found["scores"]}["recall"]  # fmt: skip
    positive = rows.labels == 1
    assert recall[0] == pytest.approx(np.mean(share[positive] > found["threshold"]))
    assert recall[1] == pytest.approx(np.mean(share[positive] > 0.5))
    assert found["outcome"]["value"] == pytest.approx(recall[0])
    assert found["choice"]["threshold"] == found["threshold"]


def test_the_loaded_model_answers_by_what_was_decided(decided, finished):
    run_dir, record = decided
    model, undecided = load(run_dir), load(finished[0])
    texts, _ = sentences(80, seed=4)
    logits = model.logits(texts)
    np.testing.assert_array_equal(logits, undecided.logits(texts))
    shares = Temperature().restore(record.analyses["decision"]["parameters"])(logits)
    np.testing.assert_allclose(model.probabilities(texts), shares)
    threshold = record.analyses["threshold"]["threshold"]
    expected = np.array(["bad", "good"])[(shares[:, 1] > threshold).astype(int)]
    assert model.predict(texts) == expected.tolist()
    assert undecided.predict(texts) == np.array(["bad", "good"])[
        (logits[:, 0] > 0).astype(int)].tolist()  # fmt: skip
    np.testing.assert_allclose(
        undecided.probabilities(texts)[:, 1], 1 / (1 + np.exp(-logits[:, 0])), rtol=1e-6
    )


def test_the_flags_replay_the_decision(decided):
    flags = (decided[0] / "run.flags").read_text()
    assert f"--threshold={RULE}\n" in flags
    assert "--calibration=temperature\n" in flags


def test_a_finished_run_is_decided_once(decided, finished, tmp_path):
    run_dir = Path(shutil.copytree(finished[0], tmp_path / "run"))
    record = evaluate(config(run_dir, threshold=RULE, calibration="temperature"))
    # The same seed, data and recipe as those of the run that was asked for it from the start.
    assert record.analyses["decision"] == decided[1].analyses["decision"]
    assert Decision.read(run_dir / "decision.json") == Decision.read(decided[0] / "decision.json")
    with pytest.raises(UserError, match="locked into the run"):
        evaluate(config(run_dir, threshold="maximum_f1"))


@pytest.mark.parametrize(
    ("flag", "says"),
    [
        ("--threshold=recall_at_least(value=1.5)", "--threshold: Expected `value`"),
        ("--threshold=recall_at_last(value=0.5)", "Did you mean 'recall_at_least'"),
        ("--threshold=cost(false_positive=1)", "false_negative"),
        ("--calibration=plat", "Did you mean 'platt'"),
    ],
)
def test_a_wrong_flag_is_refused(finished, tmp_path, capsys, flag, says):
    run_dir = tmp_path / "run"
    shutil.copytree(finished[0], run_dir)
    assert run.main(["--mode=evaluate", f"--run_dir={run_dir}", flag]) == 2
    assert says in capsys.readouterr().err
    assert not (run_dir / "decision.json").exists()


def test_a_threshold_of_many_classes_is_refused_before_any_work(capsys, tmp_path):
    arguments = ["--task=multiclass", "--backbone=preset://none", "--data=csv(path='none.csv')",
                 f"--run_dir={tmp_path}/run", "--threshold=maximum_f1"]  # fmt: skip
    assert run.main(arguments) == 2
    assert "Expected --task=binary or multilabel with --threshold" in capsys.readouterr().err
