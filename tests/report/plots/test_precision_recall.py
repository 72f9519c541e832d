import numpy as np
import pytest
from sklearn.metrics import average_precision_score, precision_recall_curve

from ftkeras.report.plots import _canvas, precision_recall
from tests.report import drawing


def test_areas_are_those_of_scikit_learn(binary, multiclass):
    own = average_precision_score(binary.labels, binary.probabilities[:, 1])
    assert f"This model ({own:.3f})" in drawing.words(precision_recall.draw(binary, {}))
    words = drawing.words(precision_recall.draw(multiclass, {}))
    for index in range(10):
        area = average_precision_score(
            multiclass.labels == index, multiclass.probabilities[:, index]
        )
        assert f"{index} ({area:.3f})" in words


def test_the_area_below_the_drawn_steps_is_the_average_precision(binary):
    scores = binary.probabilities[:, 1]
    precision, _, _ = precision_recall_curve(binary.labels, scores)
    svg = precision_recall.draw(binary, {})
    (line,) = [each for each in drawing.lines(svg, _canvas.MODEL) if len(each) > 5]
    drawn = drawing.to_unit(line)
    heights = precision.min() + drawn[:, 1] * (precision.max() - precision.min())
    area = -np.trapezoid(heights, drawn[:, 0])
    assert area == pytest.approx(average_precision_score(binary.labels, scores), abs=1e-4)


def test_one_class_only_has_no_curve(one_class):
    assert precision_recall.draw(one_class, {}) == ""
