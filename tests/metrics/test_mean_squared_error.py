"""MeanSquaredError against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import mean_squared_error

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.statistics.intervals import measure
from tests.helpers.families.regression import Regression, case
from tests.helpers.metric_checks import check_metric, check_references


def reference(one):
    return mean_squared_error(one.true, one.predicted, sample_weight=one.weights)


@pytest.mark.parametrize("num_outputs", [1, 2])
def test_it_equals_the_reference_and_passes_every_check(num_outputs):
    build = functools.partial(metrics.MeanSquaredError, num_outputs=num_outputs)
    check = check_metric if num_outputs == 1 else check_references
    check(build, reference, family=Regression(num_outputs))


def test_it_has_the_interval_of_a_mean():
    one = case(size=400)
    (found,) = measure([metrics.MeanSquaredError().score], one.y_true, one.predictions)
    squares = (one.true - one.predicted) ** 2
    half = 1.96 * squares.std() / np.sqrt(400)
    assert found.value == pytest.approx(squares.mean())
    assert found.high - found.low == pytest.approx(2 * half, rel=0.15)


@pytest.mark.parametrize(
    ("true", "predicted", "num_outputs"),
    [
        ((8,), (8, 2), 1),
        ((8, 2), (8,), 2),
        ((8,), (8, 2), 2),
        ((8, 3), (8, 2), 2),
        ((8,), (4, 2), 1),
    ],
)
def test_shapes_that_would_broadcast_are_refused(true, predicted, num_outputs):
    metric = metrics.MeanSquaredError(num_outputs=num_outputs)
    with pytest.raises(UserError, match=r"y_pred\.shape="):
        metric.update_state(np.zeros(true, "float32"), np.zeros(predicted, "float32"))


def test_no_outputs_are_refused():
    with pytest.raises(UserError, match="num_outputs=0"):
        metrics.MeanSquaredError(num_outputs=0)


def test_the_recommended_set_shares_one_state():
    suite = metrics.suite("regression")
    one = case()
    for metric in suite:
        metric.update_state(one.y_true, one.predictions)
    assert len({metric.name for metric in suite}) == len(suite) >= 5
    assert all(not metric.variables for metric in suite[1:])
    for metric in suite:
        slack = (metric.error_bound() or 0) + 1e-6
        assert abs(float(metric.result()) - metric.score(one.y_true, one.predictions)) <= slack


def test_a_setting_reaches_those_that_take_it():
    suite = metrics.suite("regression", center=3.0, num_outputs=2)
    centers = [metric.score.center for metric in suite if hasattr(metric.score, "center")]
    assert centers
    assert set(centers) == {3.0}
    assert {metric.score.num_outputs for metric in suite} == {2}
