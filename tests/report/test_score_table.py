import dataclasses

import pytest

from ftkeras.records.run_record import Measurement, RunRecord
from ftkeras.report import score_table


@pytest.fixture
def record(binary_run) -> RunRecord:
    return RunRecord.read(binary_run / "record.json")


def test_the_model_stands_first_and_the_headline_on_top(record):
    task = {**record.task, "headline": "log_loss"}
    rows = score_table.score_rows(dataclasses.replace(record, task=task), "test")
    assert score_table.models(record, "test") == ["model", "decision_tree", "majority_class"]
    assert rows[0].name == "Log loss"
    assert [row.headline for row in rows] == [True, False, False, False]
    assert rows[0].better == "lower is better"


@pytest.mark.parametrize("headline", ["accuracy", "log_loss"])
def test_baselines_stand_strongest_first(record, headline):
    swapped = dict(record.measurements["test"])
    swapped["majority_class"], swapped["decision_tree"] = (
        swapped["decision_tree"],
        swapped["majority_class"],
    )
    for measurements in (record.measurements["test"], swapped):
        changed = dataclasses.replace(
            record,
            measurements={"test": measurements},
            task={**record.task, "headline": headline},
        )
        _, first, second = (
            next(item.value for item in measurements[name] if item.score == headline)
            for name in score_table.models(changed, "test")
        )
        assert first < second if headline == "log_loss" else first > second


def test_a_note_on_a_defined_score_stands_below_the_table_and_not_in_it(record):
    item = dataclasses.replace(record.measurements["test"]["model"][0], note="within 1e-5")
    noted = dataclasses.replace(record, measurements={"test": {"model": [item]}})
    assert score_table.notes(noted, "test") == ["Accuracy: within 1e-5"]
    assert score_table.score_rows(noted, "test")[0].cells[0].note == ""


def test_cells_hold_the_measured_numbers(record):
    own = record.measurements["test"]["model"][0]
    cell = score_table.score_rows(record, "test")[0].cells[0]
    assert cell.value == f"{own.value:.3f}"
    assert cell.interval == f"{own.low:.3f} to {own.high:.3f}"


def test_a_score_that_a_baseline_lacks_is_a_dash(record):
    measurements = {"test": {**record.measurements["test"], "decision_tree": []}}
    rows = score_table.score_rows(dataclasses.replace(record, measurements=measurements), "test")
    assert rows[0].cells[-1].value == "\N{EN DASH}"
    assert rows[0].cells[-1].note == "not measured"


def test_an_undefined_score_says_why():
    item = Measurement("recall", None, None, None, 0.95, 9, "", "max", note="no positives")
    assert score_table.cell(item) == score_table.Cell("\N{EN DASH}", "", "no positives")


def test_differences_are_signed_and_judged_in_the_direction_of_the_score(record):
    rows = {(row.score, row.other): row for row in score_table.difference_rows(record)}
    loss = rows["Log loss", "Majority class"]
    assert loss.difference.startswith("\N{MINUS SIGN}")
    assert loss.standing == "better"
    assert rows["Accuracy", "Majority class"].difference.startswith("+")
    assert [row.headline for row in score_table.difference_rows(record)][:2] == [True, True]


def test_a_part_without_measurements_has_no_rows(record):
    assert score_table.score_rows(record, "train") == []
    assert score_table.models(record, "train") == []
    assert score_table.methods(record, "train") == []
