"""ExplainedVariance against scikit-learn."""

import functools

import numpy as np
import pytest
from sklearn.metrics import explained_variance_score

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.statistics.intervals import measure
from tests.helpers.families.regression import Regression, case
from tests.helpers.metric_checks import check_metric, check_references, value_of


def reference(one, average="uniform"):
    weights = one.weights
    varies = len(one) > 1 and (one.true.std(axis=0) > 1e-9).all()
    if not varies:
        return np.nan
    name = "uniform_average" if average == "uniform" else average
    return explained_variance_score(
        one.true, one.predicted, sample_weight=weights, multioutput=name
    )


@pytest.mark.parametrize("num_outputs", [1, 2])
def test_it_equals_the_reference_and_passes_every_check(num_outputs):
    build = functools.partial(metrics.ExplainedVariance, num_outputs=num_outputs)
    check = check_metric if num_outputs == 1 else check_references
    check(build, reference, family=Regression(num_outputs))


def test_outputs_can_be_weighted_by_their_variance():
    build = functools.partial(metrics.ExplainedVariance, num_outputs=2, average="variance_weighted")
    expected = functools.partial(reference, average="variance_weighted")
    check_references(build, expected, family=Regression(2))


def test_an_output_that_does_not_vary_has_no_variance_to_weigh():
    one = case(2)
    one.y_true[:, 1] = 3
    expected = explained_variance_score(one.true[:, 0], one.predicted[:, 0])
    metric = metrics.ExplainedVariance(num_outputs=2, average="variance_weighted")
    assert value_of(metric, one) == pytest.approx(expected, abs=1e-6)
    assert np.isnan(value_of(metrics.ExplainedVariance(num_outputs=2), one))


def test_a_mean_of_a_million_standard_deviations_keeps_its_digits():
    one = case(offset=1e6, size=2000)
    expected = explained_variance_score(one.true - 1e6, one.predicted - 1e6)
    assert metrics.ExplainedVariance().score(one.y_true, one.predictions) == pytest.approx(
        expected, abs=1e-9
    )
    centred = value_of(metrics.ExplainedVariance(center=1e6), one)
    assert centred == pytest.approx(expected, abs=1e-6)
    # Without a center, sixteen digits less twelve are left, and none of seven.
    assert value_of(metrics.ExplainedVariance(), one) == pytest.approx(expected, abs=2e-3)


def test_it_has_an_interval():
    one = case(size=300)
    (found,) = measure([metrics.ExplainedVariance().score], one.y_true, one.predictions)
    rng = np.random.default_rng(0)
    rows = [rng.integers(0, 300, 300) for _ in range(300)]
    drawn = [explained_variance_score(one.true[r], one.predicted[r]) for r in rows]
    assert found.value == pytest.approx(explained_variance_score(one.true, one.predicted))
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.std(drawn), rel=0.2)


def test_an_unknown_average_is_refused():
    with pytest.raises(UserError, match="average='raw'"):
        metrics.ExplainedVariance(average="raw")
