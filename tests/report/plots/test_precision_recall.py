import numpy as np
from sklearn.metrics import PrecisionRecallDisplay, average_precision_score

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


def test_steps_fall_where_those_of_scikit_learn_fall(binary):
    display = PrecisionRecallDisplay.from_predictions(
        binary.labels, binary.probabilities[:, 1], drop_intermediate=False
    )
    recall, precision = display.recall, display.precision
    svg = precision_recall.draw(binary, {})
    (line,) = [each for each in drawing.lines(svg, _canvas.MODEL) if len(each) > 5]
    drawn = drawing.to_unit(line)
    low, high = precision.min(), precision.max()
    corners = {
        (round(r, 2), round((p - low) / (high - low), 2))
        for r, p in drawn_corners(recall, precision)
    }
    found = {(round(x, 2), round(y, 2)) for x, y in drawn}
    assert len(found & corners) > 0.8 * len(found)


def drawn_corners(recall, precision):
    """Corners of the steps-post line that scikit-learn draws."""
    points = list(zip(recall, precision, strict=True))
    held = list(zip(recall[1:], precision[:-1], strict=True))
    return np.array(points + held)


def test_one_class_only_has_no_curve(one_class):
    assert precision_recall.draw(one_class, {}) == ""
