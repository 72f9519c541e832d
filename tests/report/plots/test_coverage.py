import dataclasses

import numpy as np

from ftkeras.report.plots import coverage
from tests.report import drawing


def test_coverage_and_accuracy_are_counted_at_every_threshold(multiclass):
    thresholds, covered, accuracy = coverage.curve(multiclass)
    assert thresholds.tolist() == np.unique(multiclass.confidence).tolist()
    for index in range(0, len(thresholds), 17):
        kept = multiclass.confidence >= thresholds[index]
        assert covered[index] == kept.mean()
        assert np.isclose(accuracy[index], multiclass.correct[kept].mean())


def test_answers_of_equal_confidence_stay_together(multiclass):
    equal = dataclasses.replace(multiclass, probabilities=np.full((len(multiclass), 10), 0.1))
    thresholds, covered, accuracy = coverage.curve(equal)
    assert (len(thresholds), covered[0]) == (1, 1.0)
    assert np.isclose(accuracy[0], equal.correct.mean())
    assert coverage.draw(equal)


def test_the_description_gives_all_and_the_surer_half(multiclass):
    order = np.argsort(-multiclass.confidence)[: len(multiclass) // 2]
    assert drawing.description(coverage.draw(multiclass)) == (
        f"Answering everything gives accuracy {multiclass.correct.mean():.3f}; answering the "
        f"surest 50% gives {multiclass.correct[order].mean():.3f}."
    )
