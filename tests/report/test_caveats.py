import dataclasses
import html
import shutil

import pytest

from ftkeras.records.run_record import RunRecord
from ftkeras.report import caveats
from ftkeras.report.html import write
from ftkeras.report.which_metric import which_metric


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


def ruled_by(record, counts, headline="accuracy"):
    names = list(counts)
    advice = which_metric(list(counts.values()), names)
    return dataclasses.replace(
        record,
        data={**record.data, "labels": {"test": counts}},
        task={**record.task, "headline": headline},
        analyses={**record.analyses, "which_metric": dataclasses.asdict(advice)},
    )


def test_a_headline_that_misleads_where_one_class_rules_is_told_once(record):
    one_sided = ruled_by(record, {"wanted": 390, "spam": 10})
    (text,) = caveats.find(one_sided)
    assert text == one_sided.analyses["which_metric"]["sentence"]
    assert "spam" in text
    assert caveats.find(ruled_by(record, {"wanted": 390, "spam": 10}, "average_precision")) == []
    assert caveats.find(ruled_by(record, {"wanted": 280, "spam": 120})) == []


def test_the_advice_stands_once_on_the_page(multiclass_run, record, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(multiclass_run, folder)
    one_sided = ruled_by(record, {"wanted": 390, "spam": 10})
    one_sided.write(folder / "record.json")
    text = html.unescape(write(folder).read_text(encoding="utf-8"))
    assert text.count(str(one_sided.analyses["which_metric"]["sentence"])) == 1


def test_random_weights_whose_training_ended_early_are_told(record):
    twin = {"still_improving": True, "epochs": 7}
    analyses = {**record.analyses, "random_twin": twin}
    (text,) = caveats.find(dataclasses.replace(record, analyses=analyses))
    assert "trained for 7 epochs" in text
    analyses["random_twin"] = {**twin, "still_improving": False}
    assert caveats.find(dataclasses.replace(record, analyses=analyses)) == []
