import dataclasses

from ftkeras.records.run_record import Measurement
from ftkeras.report.plots import _canvas, intervals
from tests.report import drawing

OWN = Measurement("accuracy", 0.9, 0.87, 0.92, 0.95, 506, "bootstrap", "max")
TREE = dataclasses.replace(OWN, value=0.8, low=0.7, high=0.85)


def test_rows_are_named_and_values_written():
    svg = intervals.draw({"model": OWN, "decision_tree": TREE})
    words = drawing.words(svg)
    assert {"This model", "Decision tree", "90.0%", "80.0%"} <= set(words)
    assert "This model 90.0% (87.0% to 92.0%); Decision tree 80.0%" in drawing.description(svg)


def test_intervals_are_drawn_to_one_scale():
    svg = intervals.draw({"model": OWN, "decision_tree": TREE})
    (own,) = [line for line in drawing.lines(svg, _canvas.MODEL) if len(line) == 2]
    (tree,) = [line for line in drawing.lines(svg, _canvas.OTHER) if len(line) == 2]
    width = {"own": own[1, 0] - own[0, 0], "tree": tree[1, 0] - tree[0, 0]}
    assert abs(width["tree"] / width["own"] - 0.15 / 0.05) < 1e-3
    assert own[0, 0] > tree[1, 0], "intervals that do not overlap are drawn apart"


def test_a_baseline_without_value_is_only_told():
    undefined = dataclasses.replace(TREE, value=None, low=None, high=None)
    svg = intervals.draw({"model": OWN, "decision_tree": undefined})
    assert "Decision tree" not in drawing.words(svg)
    assert "Decision tree has no value" in drawing.description(svg)


def test_a_value_without_interval_is_a_point():
    bare = dataclasses.replace(OWN, low=None, high=None)
    svg = intervals.draw({"model": bare})
    assert "90.0%" in drawing.words(svg)
    assert drawing.description(svg).startswith("This model 90.0%.")
