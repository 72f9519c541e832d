import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve

from ftkeras.report.plots import _canvas, roc
from tests.report import drawing


def test_the_drawn_line_is_the_curve(binary):
    (line,) = [each for each in drawing.lines(roc.draw(binary, {}), _canvas.MODEL) if len(each) > 5]
    x, y, _ = roc_curve(binary.labels, binary.probabilities[:, 1])
    drawn = drawing.to_unit(line)
    # The writer merges points that lie on a line, so the curves are compared where both have one.
    for point in drawn:
        assert np.abs(np.stack([x, y], axis=1) - point).max(axis=1).min() < 1e-3
    assert len(drawn) > len(x) / 3


def test_areas_are_those_of_scikit_learn(binary, others):
    own = roc_auc_score(binary.labels, binary.probabilities[:, 1])
    tree = others["decision_tree"]
    other = roc_auc_score(tree.labels, tree.probabilities[:, 1])
    svg = roc.draw(binary, others)
    assert f"This model ({own:.3f})" in drawing.words(svg)
    assert f"Decision tree ({other:.3f})" in drawing.words(svg)
    assert f"This model: area under the curve {own:.3f}" in drawing.description(svg)


def test_a_baseline_that_always_says_the_same_has_no_curve(binary, others):
    assert "majority_class" in others
    assert "Majority" not in roc.draw(binary, others)


def test_each_class_is_set_against_the_rest(multiclass):
    words = drawing.words(roc.draw(multiclass, {}))
    for index in range(10):
        area = roc_auc_score(multiclass.labels == index, multiclass.probabilities[:, index])
        assert f"{index} ({area:.3f})" in words


def test_one_class_only_has_no_curve(one_class):
    assert roc.draw(one_class, {}) == ""
