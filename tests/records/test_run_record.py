import dataclasses
import json

import pytest

from ftkeras.errors import UserError
from ftkeras.records.run_record import Comparison, Measurement, RunRecord


@pytest.fixture
def record():
    measured = Measurement("accuracy", 0.9, 0.88, 0.92, 0.95, 500, "Wilson", "max")
    return RunRecord(
        command="python -m ftkeras.run --flagfile=run.flags", created="2026-01-01T00:00:00+00:00",
        config={"seed": 0}, versions={"keras": "3.15.1"}, task={"name": "binary"},
        data={"source": "csv"}, split={"seed": 0}, backbone={"handle": "preset://x"},
        passes={"computed": 1}, phases=[{"phase": "linear_probe"}],
        measurements={"test": {"model": [measured]}},
        comparisons=[Comparison("accuracy", "majority", 0.2, 0.1, 0.3, 0.001, 0.95, 500, "McNemar")],
        streamed={"test": {"accuracy": 0.9}}, test_reads=[{"time": "now", "reason": "test"}],
    )  # fmt: skip


def test_what_is_written_is_read_again(record, tmp_path):
    record.write(tmp_path / "record.json")
    assert RunRecord.read(tmp_path / "record.json") == record


def test_an_edited_record_is_refused(record, tmp_path):
    path = tmp_path / "record.json"
    record.write(path)
    path.write_text(path.read_text().replace("0.88", "0.89"))
    with pytest.raises(UserError, match="digest does not match"):
        RunRecord.read(path)


def test_another_schema_version_is_refused(record, tmp_path):
    path = tmp_path / "record.json"
    dataclasses.replace(record, schema_version=99).write(path)
    with pytest.raises(UserError, match="schema_version=99"):
        RunRecord.read(path)


@pytest.mark.parametrize("content", [None, "", "{", "[]", json.dumps({"a": 1})])
def test_a_missing_or_damaged_record_is_refused(tmp_path, content):
    path = tmp_path / "record.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UserError, match="Received: path="):
        RunRecord.read(path)


def test_a_number_that_json_lacks_is_refused_when_written(record, tmp_path):
    broken = dataclasses.replace(record, seconds={"data": float("nan")})
    with pytest.raises(ValueError, match="JSON"):
        broken.write(tmp_path / "record.json")
    assert not list(tmp_path.iterdir())
