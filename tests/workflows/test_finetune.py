import json
import subprocess
import sys

import numpy as np
import pytest
from sklearn import metrics

import ftkeras
from ftkeras import catalog, flags, run
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.records import split_table
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord


def numbers(record):
    return {
        "measurements": record.measurements,
        "comparisons": record.comparisons,
        "streamed": record.streamed,
        "history": [phase["history"] for phase in record.phases],
    }


def test_the_run_directory_holds_the_whole_truth(finished):
    run_dir, record = finished
    assert {path.name for path in run_dir.iterdir()} == {
        "run.flags", "record.json", "metrics.jsonl", "predictions", "split.parquet", "model.keras",
        "preprocessing", "report.html", "model_card.md",
    }  # fmt: skip
    assert RunRecord.read(run_dir / "record.json") == record
    assert len((run_dir / "metrics.jsonl").read_text().splitlines()) == 8


@pytest.mark.parametrize("part", ["validation", "test"])
def test_streamed_numbers_equal_those_recomputed_from_predictions(finished, part):
    run_dir, record = finished
    rows = Predictions.read(run_dir / "predictions/model.parquet").part(part)
    logits = rows.logits[:, 0].astype("float64")
    answered, probability = logits > 0, 1 / (1 + np.exp(-logits))
    expected = {
        "accuracy": metrics.accuracy_score(rows.labels, answered),
        "precision": metrics.precision_score(rows.labels, answered),
        "recall": metrics.recall_score(rows.labels, answered),
        "f1_score": metrics.f1_score(rows.labels, answered),
        "log_loss": metrics.log_loss(rows.labels, probability),
    }
    streamed = record.streamed[part]
    for name, value in expected.items():
        assert streamed[name] == pytest.approx(value, abs=1e-6), name
        (measured,) = [m for m in record.measurements[part]["model"] if m.score == name]
        assert measured.value == pytest.approx(value, abs=1e-6), name
        assert measured.low <= measured.value <= measured.high
    for name, exact in (
        ("area_under_roc_curve", metrics.roc_auc_score(rows.labels, logits)),
        ("average_precision", metrics.average_precision_score(rows.labels, logits)),
    ):
        metric = catalog.build("metrics", Call(name))
        metric.update_state(rows.labels, rows.logits)
        assert abs(streamed[name] - exact) <= metric.error_bound() + 1e-6, name


def test_the_ids_counted_are_exactly_the_ids_of_the_split(finished):
    run_dir, record = finished
    predictions = Predictions.read(run_dir / "predictions/model.parquet")
    parts = split_table.read(run_dir / "split.parquet")
    for part in ("validation", "test"):
        ids = predictions.part(part).ids.tolist()
        assert sorted(ids) == sorted(parts[part])
        assert record.split["counts"][part] == len(ids)
        assert record.measurements[part]["model"][0].num_units == len(ids)
    assert not parts["train"] & parts["test"]
    # 241 rows, one of which repeats another in capitals, and some of which are nearly the same.
    dropped = record.data["dropped"]
    assert dropped["repeated"] == 1
    assert sum(record.split["counts"].values()) + sum(dropped.values()) == 241


def test_baselines_answer_the_same_examples_in_the_same_order(finished):
    run_dir, record = finished
    model = Predictions.read(run_dir / "predictions/model.parquet")
    paths = sorted((run_dir / "predictions/baselines").glob("*.parquet"))
    assert [path.stem for path in paths] == [
        "features_logistic_regression",
        "features_nearest_neighbours",
        "majority",
        "tfidf_logistic_regression",
    ]
    for path in paths:
        np.testing.assert_array_equal(Predictions.read(path).ids, model.ids)
    assert {c.other for c in record.comparisons} == {path.stem for path in paths}


def test_each_example_passed_the_backbone_once(finished):
    _, record = finished
    counts = record.split["counts"]
    # Without a cache: 8 epochs over train and validation, then both judged parts.
    plain = 8 * (counts["train"] + counts["validation"]) + counts["validation"] + counts["test"]
    assert record.passes["computed"] == sum(counts.values())
    assert record.passes["saved"] == plain - sum(counts.values())


def test_the_written_flagfile_replays_the_same_bits(finished, tmp_path):
    run_dir, record = finished
    config = flags.parse([f"--flagfile={run_dir / 'run.flags'}", f"--run_dir={tmp_path / 'again'}"])
    again = ftkeras.finetune(config)
    assert numbers(again) == numbers(record)
    assert again.passes["computed"] == 0
    for name in ("model", "baselines/majority", "baselines/tfidf_logistic_regression"):
        path = f"predictions/{name}.parquet"
        assert (tmp_path / "again" / path).read_bytes() == (run_dir / path).read_bytes()


@pytest.mark.slow
def test_without_the_features_of_the_first_run_the_bits_are_the_same(finished, tmp_path):
    run_dir, record = finished
    cold = [f"--run_dir={tmp_path / 'again'}", f"--cache_dir={tmp_path / 'cold'}"]
    again = ftkeras.finetune(flags.parse([f"--flagfile={run_dir / 'run.flags'}", *cold]))
    assert again.passes["computed"] == record.passes["computed"]
    assert numbers(again) == numbers(record)


@pytest.mark.slow
def test_the_model_answers_the_same_in_a_fresh_process(finished):
    run_dir, _ = finished
    rows = Predictions.read(run_dir / "predictions/model.parquet").part("test")
    program = (
        "import sys, json, ftkeras\n"
        "texts = json.loads(sys.stdin.read())\n"
        "print(json.dumps(ftkeras.load(sys.argv[1]).logits(texts).tolist()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(run_dir)], input=json.dumps(list(rows.previews)),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    logits = np.array(json.loads(done.stdout.splitlines()[-1]))
    # Other batches, other lengths of padding: the same up to float32 rounding.
    np.testing.assert_allclose(logits, rows.logits, atol=1e-5)


@pytest.mark.slow
def test_thawing_goes_on_from_the_head_and_saves_what_it_trained(settings, tmp_path):
    phases = ["linear_probe(epochs=2, learning_rate=0.05)",
              "top_blocks(count=1, epochs=2, learning_rate=0.001)"]  # fmt: skip
    run_dir = tmp_path / "run"
    config = RunConfig.read(**{**settings, "phase": phases}, run_dir=str(run_dir))
    record = ftkeras.finetune(config)
    probe, thawed = record.phases
    assert thawed["trainable_parameters"] > probe["trainable_parameters"]
    if thawed["best_epoch"]:
        best = [min(phase["history"]["val_log_loss"]) for phase in (probe, thawed)]
        assert best[1] < best[0]
    rows = Predictions.read(run_dir / "predictions/model.parquet").part("test")
    logits = ftkeras.load(run_dir).logits(list(rows.previews))
    np.testing.assert_allclose(logits, rows.logits, atol=1e-5)
    expected = metrics.log_loss(rows.labels, 1 / (1 + np.exp(-rows.logits[:, 0].astype(float))))
    assert record.streamed["test"]["log_loss"] == pytest.approx(expected, abs=1e-6)


def test_a_failing_run_leaves_the_earlier_one_untouched(finished, capsys):
    run_dir, _ = finished
    before = {path: path.stat().st_mtime_ns for path in run_dir.rglob("*")}
    arguments = [f"--flagfile={run_dir / 'run.flags'}", "--head=linear", "--phase=linear_probe("
                 "optimizer='sgd', learning_rate=1e38, epochs=3, weight_decay=0.0)"]  # fmt: skip
    assert run.main(arguments) == 2
    assert "finite training loss" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in run_dir.rglob("*")} == before
    assert [path.name for path in run_dir.parent.iterdir()] == [run_dir.name]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"data": "csv(path='no/such.csv')"}, "no/such.csv"),
        ({"backbone": "no/such/directory"}, "--backbone"),
        ({"tap": "polled"}, "Expected a tap"),
        ({"sequence_length": "100000"}, "sequence_length"),
        ({"image_size": "64"}, "image_size"),
        ({"task": "multiclass"}, "binary"),
        ({"phase": ["top_blocks(count=99)"]}, "count=99"),
        ({"phase": ["linear_probe(optimizer='adamm')"]}, "Did you mean 'adam"),
    ],
)
def test_a_mistake_is_one_message_and_status_2(settings, changes, says, tmp_path, capsys):
    given = {**settings, **changes, "run_dir": str(tmp_path / "run")}
    arguments = [f"--{key}={item}" for key, value in given.items()
                 for item in (value if isinstance(value, list) else [value])]  # fmt: skip
    assert run.main(arguments) == 2
    captured = capsys.readouterr().err
    assert says in captured
    assert "Traceback" not in captured
    assert not list(tmp_path.iterdir())
