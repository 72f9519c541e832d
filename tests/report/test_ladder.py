from dataclasses import replace

from ftkeras.records.run_record import Comparison, Measurement
from ftkeras.report import ladder
from tests.report.test_verdict import ACCURACY, made_record


def measured(value):
    return replace(ACCURACY, value=value, low=value - 0.03, high=value + 0.02)


def against(other, difference, p_value, adjusted):
    return Comparison(
        "accuracy", other, difference, difference - 0.02, difference + 0.02, p_value, 0.95, 506,
        "paired", adjusted,
    )  # fmt: skip


def test_rungs_stand_weakest_first_with_adjusted_p_values():
    record = replace(
        made_record([against("majority", 0.3, 1e-6, 2e-6), against("knn", -0.01, 0.4, 0.4)]),
        measurements={
            "test": {"model": [measured(0.9)], "majority": [measured(0.6)], "knn": [measured(0.91)]}
        },
    )
    found = ladder.rungs(record)
    assert [rung.name for rung in found] == ["Majority class", "This model", "KNN"]
    assert [rung.is_model for rung in found] == [False, True, False]
    assert found[0].difference == "+30.0 points"
    assert found[2].p_value == "p = 0.40"
    assert found[2].standing == "cannot tell"


def test_a_lower_loss_stands_higher_and_an_undefined_one_at_the_foot():
    def loss(value):
        return Measurement("log_loss", value, None, None, 0.95, 10, "", "min")

    record = replace(
        made_record([]),
        task={"name": "binary", "class_names": ["a", "b"], "headline": "log_loss"},
        measurements={"test": {"model": [loss(0.2)], "b": [loss(0.7)], "c": [loss(None)]}},
    )
    assert [rung.name for rung in ladder.rungs(record)] == ["C", "B", "This model"]


def test_without_scores_there_is_no_ladder():
    assert ladder.rungs(replace(made_record([]), measurements={})) == []
