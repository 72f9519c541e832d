"""IntersectionOverUnion against scikit-learn, pixel by pixel."""

import functools

import numpy as np
import pytest
from sklearn.metrics import jaccard_score

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.families.segmentation import Segmentation, case
from tests.helpers.metric_checks import check_metric

BUILD = functools.partial(metrics.IntersectionOverUnion, num_classes=3, class_index=2)


def reference(one):
    true, predicted, weights = one.pixels
    if 2 not in {*true, *predicted}:
        return np.nan
    return jaccard_score(true, predicted, sample_weight=weights, labels=[2], average="macro")


def test_it_equals_scikit_learn_and_passes_every_check():
    check_metric(BUILD, reference, family=Segmentation(3))


def test_a_suite_expands_to_one_metric_a_class():
    one = case(3)
    calls = ["mean_intersection_over_union", "intersection_over_union(average='per_class')"]
    suite = metrics.suite("segmentation", num_classes=3, metrics=calls)
    for metric in suite:
        metric.update_state(one.y_true, one.predictions)
    true, predicted, _ = one.pixels
    expected = jaccard_score(true, predicted, average=None)
    found = [float(metric.result()) for metric in suite]
    assert found == pytest.approx([expected.mean(), *expected])
    assert suite[3].name == "intersection_over_union_class_2"
    assert len(suite[0]._state.sums) == 1


def test_a_class_that_does_not_exist_is_refused():
    with pytest.raises(UserError, match="class_index=3"):
        metrics.IntersectionOverUnion(num_classes=3, class_index=3)
