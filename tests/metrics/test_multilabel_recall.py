"""MultilabelRecall against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import recall_score

from ftkeras import metrics
from tests.helpers.families.multilabel import Multilabel
from tests.helpers.metric_checks import check_metric, check_references

FAMILY = Multilabel(4)


def reference(one, average="macro", zero_division=0):
    one = one.counted
    whole = one.y_true
    if average in ("micro", 2) and not (whole if average == "micro" else whole[:, 2]).any():
        return np.nan
    if average == 2:
        return recall_score(one.y_true[:, 2], one.predicted[:, 2], sample_weight=one.weights)
    if average == "weighted" and not one.y_true.any():
        return np.nan
    return recall_score(one.y_true, one.predicted, average=average, sample_weight=one.weights,
                      zero_division=zero_division)  # fmt: skip


def test_macro_equals_scikit_learn_and_passes_every_check():
    build = functools.partial(metrics.MultilabelRecall, num_labels=4)
    check_metric(build, reference, family=FAMILY)


@pytest.mark.parametrize("average", ["micro", "weighted", "samples"])
def test_other_averages_equal_scikit_learn(average):
    build = functools.partial(metrics.MultilabelRecall, num_labels=4, average=average)
    check_references(build, functools.partial(reference, average=average), family=FAMILY)


def test_one_label_equals_scikit_learn():
    build = functools.partial(metrics.MultilabelRecall, num_labels=4, label_index=2)
    check_references(build, functools.partial(reference, average=2), family=FAMILY)


@pytest.mark.parametrize(("absent", "zero_division"), [("one", 1), ("skip", np.nan)])
@pytest.mark.parametrize("average", ["macro", "samples"])
def test_what_is_absent_counts_as_told(average, absent, zero_division):
    build = functools.partial(
        metrics.MultilabelRecall, num_labels=4, average=average, absent=absent
    )
    expected = functools.partial(reference, average=average, zero_division=zero_division)
    check_references(build, expected, family=FAMILY)
