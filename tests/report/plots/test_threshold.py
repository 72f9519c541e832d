import numpy as np
import pytest
from sklearn.metrics import f1_score

from ftkeras.report.plots import threshold
from tests.report import drawing


def test_the_best_threshold_is_the_best_of_all(binary):
    scores = binary.probabilities[:, 1]
    tried = {
        value: f1_score(binary.labels, scores >= value, zero_division=0)
        for value in np.unique(scores)
    }
    value, f1 = threshold.best(binary)
    assert f1 == pytest.approx(max(tried.values()))
    assert tried[value] == pytest.approx(f1)


def test_the_picture_says_where_it_is_and_that_it_is_validation(binary):
    value, f1 = threshold.best(binary)
    svg = threshold.draw(binary)
    assert f"best F1 at {value:.2f}" in drawing.words(svg)
    assert drawing.description(svg) == f"F1 is highest, {f1:.3f}, at threshold {value:.3f}."
    assert "on validation" in svg


def test_one_class_only_has_no_curve(one_class):
    assert threshold.draw(one_class) == ""
