"""TruePositives by counting."""

import functools

import numpy as np
import pytest

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.metric_checks import check_metric, check_references


def reference(one, class_index=1):
    is_class, said_class = one.y_true == class_index, one.predicted == class_index
    weights = np.ones(len(is_class)) if one.weights is None else one.weights
    return weights[is_class & said_class].sum()


def test_it_counts_and_passes_every_check():
    check_metric(metrics.TruePositives, reference, num_classes=2)


def test_any_class_can_be_the_positive_one():
    build = functools.partial(metrics.TruePositives, num_classes=5, class_index=4)
    check_references(build, functools.partial(reference, class_index=4), num_classes=5)


def test_a_class_that_is_none_is_refused():
    with pytest.raises(UserError, match="class_index=2"):
        metrics.TruePositives(class_index=2)
