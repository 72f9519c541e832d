import dataclasses

import numpy as np
from sklearn.metrics import precision_recall_fscore_support

from ftkeras.report.plots import per_class
from tests.report import drawing


def test_shares_are_those_of_scikit_learn(multiclass):
    precision, recall, _, _ = precision_recall_fscore_support(
        multiclass.labels, multiclass.predicted
    )
    found = per_class.shares(multiclass)
    np.testing.assert_allclose([each.precision.value for each in found], precision)
    np.testing.assert_allclose([each.recall.value for each in found], recall)
    for each in found:
        assert each.recall.low <= each.recall.value <= each.recall.high


def test_a_class_without_examples_or_answers_has_no_share(multiclass):
    more = dataclasses.replace(multiclass, class_names=(*multiclass.class_names, "eleventh"))
    assert np.isnan(per_class.shares(more)[-1].recall.value)
    assert np.isnan(per_class.shares(more)[-1].precision.value)
    assert "eleventh" in drawing.words(per_class.draw(more))


def test_of_many_classes_those_found_least_are_drawn(multiclass):
    names = tuple(f"class {index}" for index in range(30))
    many = dataclasses.replace(
        multiclass, class_names=names, labels=multiclass.labels + 20, predicted=multiclass.predicted
    )
    words = [word for word in drawing.words(per_class.draw(many)) if word.startswith("class")]
    assert words == [f"class {index}" for index in (*range(20, 30), 0, 1)]
