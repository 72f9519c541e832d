import dataclasses
import json
import re
import resource
import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ftkeras.config import RunConfig
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.workflows import _serving_cost, _serving_program
from ftkeras.workflows._contestants import Contestant
from ftkeras.workflows.compare import compare
from tests.report.page import Page


@pytest.fixture
def answers_of_others(finished, tmp_path):
    """The same test examples, answered by a file."""
    test = Predictions.read(finished[0] / "predictions/model.parquet").part("test")
    names = np.array(test.class_names)
    path = tmp_path / "others.csv"
    pd.DataFrame(
        {"id": test.ids, "label": names[test.labels], "logit": test.logits[:, 0] / 3}
    ).to_csv(path, index=False)
    return path


@pytest.mark.slow
def test_models_are_timed_in_processes_of_their_own_and_files_are_not_measured(
    finished, answers_of_others, tmp_path, capsys
):
    config = RunConfig.read(
        mode="compare", task="binary(positive='good')", run_dir=str(tmp_path / "compared"),
        runs=f"{finished[0]},{answers_of_others}",
    )  # fmt: skip
    board = compare(config).analyses["leaderboards"][0]
    rows = {row["name"]: row for row in board["rows"]}
    found = rows[finished[0].name]["serving"]
    assert set(found["batches"]) == {"1", "32"}
    for batch in found["batches"].values():
        assert 0 < batch["low"] <= batch["milliseconds"] <= batch["high"]
        assert batch["repeats"] >= 6
    single, many = found["batches"]["1"], found["batches"]["32"]
    assert single["milliseconds"] < many["milliseconds"] * 1.5
    assert 50 < found["framework_mebibytes"] <= single["peak_mebibytes"] <= many["peak_mebibytes"]
    assert found["device"] == "cpu"
    assert found["cores"] >= 1
    assert "preprocessing included" in found["method"]
    cost = rows[finished[0].name]["cost"]
    assert cost["latency_milliseconds"] == single["milliseconds"]
    assert cost["peak_mebibytes"] == many["peak_mebibytes"]
    assert rows["others"]["serving"] == {"not_measured": "a file of predictions holds no model"}
    page = Page.read(tmp_path / "compared/report.html")
    assert page.asks_for == []
    text = (tmp_path / "compared/report.html").read_text()
    assert "Latency of one" in text
    assert "Not measured for others" in text
    assert "for one answer" in " ".join(capsys.readouterr().out.split())


def contestant(path):
    record = RunRecord.read(path / "record.json")
    test = Predictions.read(path / "predictions/model.parquet").part("test")
    return Contestant(path.name, "", test, record, path)


@pytest.mark.parametrize("missing", ["model", "data"])
def test_what_cannot_be_measured_says_why(finished, tmp_path, missing):
    copy = tmp_path / "copy"
    shutil.copytree(finished[0], copy)
    one = contestant(copy)
    if missing == "model":
        (copy / "model.keras").unlink()
        says = "holds no model"
    else:
        record = dataclasses.replace(
            one.record, config={**one.record.config, "data": "csv(path='gone.csv')"}
        )
        one = dataclasses.replace(one, record=record)
        says = "data cannot be read.*gone.csv"
    found = _serving_cost.serving_costs([one])[one.name]
    assert set(found) == {"not_measured"}
    assert re.search(says, found["not_measured"])


@pytest.mark.slow
def test_a_model_that_does_not_run_is_reported_and_stops_nothing(finished, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(finished[0], copy)
    (copy / "model.keras").write_bytes(b"no model")
    found = _serving_cost.serving_costs([contestant(copy)])
    assert "its model cannot be run: ftkeras.errors.UserError" in found["copy"]["not_measured"]


def test_the_median_of_a_known_wait_is_that_wait(monkeypatch):
    now = [0.0]
    seen = []
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    def answer(batch):
        seen.append(batch)
        now[0] += 100.0 if len(seen) <= 6 else {"a": 0.1, "b": 0.2, "c": 0.3}[batch]

    times = _serving_program.timed(answer, ["a", "b", "c"])
    assert seen[:9] == ["a", "b", "c"] * 3  # two warm-ups, which take long, then the clock
    assert np.median(times) == pytest.approx(0.2)
    assert len(times) == 48


def test_slow_models_are_repeated_less_often(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    def answer(batch):
        now[0] += 9.0

    assert len(_serving_program.timed(answer, [1, 2])) == 6


def test_peak_memory_lies_between_what_is_held_now_and_what_was_ever_held():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    now = pages * resource.getpagesize() / 2**20
    ever = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert now - 1 <= _serving_program.peak_mebibytes() <= ever + 1


def test_inputs_of_any_kind_arrive_as_they_were(tmp_path):
    arrays = {}
    inputs = ["a text", np.arange(6, dtype="uint8").reshape(2, 3), ("one", "two"),
              {"text": "a", "age": np.int64(3), "array": np.ones(2)}]  # fmt: skip
    written = json.loads(json.dumps([_serving_cost._written(value, arrays) for value in inputs]))
    np.savez(tmp_path / "arrays.npz", **arrays)
    text, image, pair, mixed = _serving_program._inputs(written, tmp_path / "arrays.npz")
    assert text == "a text"
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, inputs[1])
    assert pair == ("one", "two")
    assert mixed["age"] == 3
    np.testing.assert_array_equal(mixed["array"], np.ones(2))
