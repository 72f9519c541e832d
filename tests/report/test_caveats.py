import dataclasses

import pytest

from ftkeras.records.run_record import RunRecord
from ftkeras.report import caveats


@pytest.fixture
def record(multiclass_run) -> RunRecord:
    return RunRecord.read(multiclass_run / "record.json")


def test_a_plain_run_has_none(record):
    assert caveats.find(record) == []


def test_a_second_reading_of_the_test_part_is_told(record):
    twice = dataclasses.replace(record, test_reads=record.test_reads * 2)
    (text,) = caveats.find(twice)
    assert "read 2 times" in text


def test_a_small_test_part_is_told(record):
    small = dataclasses.replace(record, split={**record.split, "counts": {"test": 40}})
    (text,) = caveats.find(small)
    assert "40 examples" in text


def test_accuracy_where_one_class_rules_is_told(record):
    data = {**record.data, "labels": {"test": {"spam": 10, "wanted": 390}}}
    (text,) = caveats.find(dataclasses.replace(record, data=data))
    assert "97.5%" in text
    assert "wanted" in text
    task = {**record.task, "headline": "balanced_accuracy"}
    assert caveats.find(dataclasses.replace(record, data=data, task=task)) == []
