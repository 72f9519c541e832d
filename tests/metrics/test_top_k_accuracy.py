"""Top-k accuracy against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import top_k_accuracy_score

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.metric_checks import case, check_metric, check_references, value_of


def reference(one, k):
    if not len(one.present):
        return np.nan
    # scikit-learn puts the larger index first among ties; we put the smaller one.
    reversed_order = one.logits[:, ::-1].astype("float64")
    return top_k_accuracy_score(
        one.num_classes - 1 - one.y_true, reversed_order, k=k, labels=range(one.num_classes),
        sample_weight=one.weights,
    )  # fmt: skip


def test_it_equals_scikit_learn_and_passes_every_check():
    build = functools.partial(metrics.TopKAccuracy, num_classes=5, k=2)
    check_metric(build, functools.partial(reference, k=2), num_classes=5)


@pytest.mark.parametrize("k", [1, 4])
def test_any_k_equals_scikit_learn(k):
    build = functools.partial(metrics.TopKAccuracy, num_classes=5, k=k)
    check_references(build, functools.partial(reference, k=k), num_classes=5)


def test_the_first_of_two_classes_is_accuracy():
    one = case(2)
    expected = (one.predicted == one.y_true).mean()
    np.testing.assert_allclose(value_of(metrics.TopKAccuracy(), one), expected, rtol=1e-6)


@pytest.mark.parametrize("k", [0, 5, 1.5])
def test_a_k_without_meaning_is_refused(k):
    with pytest.raises(UserError, match=f"k={k}"):
        metrics.TopKAccuracy(num_classes=5, k=k)
