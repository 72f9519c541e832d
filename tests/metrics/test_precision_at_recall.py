"""PrecisionAtRecall against scikit-learn's curve."""

import functools

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve

from ftkeras import metrics
from ftkeras.errors import UserError
from tests.helpers.metric_checks import case, check_metric, usual_cases, value_of


def reference(one, minimum):
    if len(one.present) < 2:
        return np.nan
    precision, recall, _ = precision_recall_curve(one.y_true, one.logits, sample_weight=one.weights)
    # The last point stands for no threshold: nothing is predicted there.
    reached = recall[:-1] >= minimum - 1e-9
    return precision[:-1][reached].max(initial=0)


@pytest.mark.parametrize("minimum", [0.9, 0.5, 0.99])
def test_it_equals_the_best_point_of_scikit_learns_curve(minimum):
    build = functools.partial(metrics.PrecisionAtRecall, recall=minimum)
    for one in (one.coarse for one in usual_cases(2)):
        expected = reference(one, minimum)
        np.testing.assert_allclose(value_of(build(), one), expected, rtol=2e-6)
        exact = build().score(one.y_true, one.logits, one.weights)
        np.testing.assert_allclose(exact, expected, rtol=1e-9)


def test_it_passes_every_check():
    check_metric(
        metrics.PrecisionAtRecall, functools.partial(reference, minimum=0.9), 2, [case(2).coarse]
    )


def test_a_minimum_above_one_is_refused():
    with pytest.raises(UserError, match="recall=90"):
        metrics.PrecisionAtRecall(recall=90)


def test_more_classes_are_refused():
    with pytest.raises(UserError, match="num_classes=3"):
        metrics.PrecisionAtRecall(num_classes=3)
