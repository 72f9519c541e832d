"""SpearmanCorrelation against SciPy."""

import functools

import numpy as np
import pytest
from scipy.stats import spearmanr

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.statistics.intervals import measure
from tests.helpers.families.regression import Regression, case
from tests.helpers.metric_checks import check_metric, check_references, value_of


def reference(one):
    if len(one) == 1 or one.true.std() < 1e-9:
        return np.nan
    columns = zip(*(x.T for x in one.repeated), strict=True)
    return np.mean([spearmanr(true, predicted).statistic for true, predicted in columns])


def cases(num_outputs):
    """Those in the range of the buckets; for others see below."""
    return [
        one
        for one in Regression(num_outputs).usual_cases()
        if abs(one.true).max() < 1e4 and abs(one.true).max() > 1e-2
    ]


@pytest.mark.parametrize("num_outputs", [1, 2])
def test_it_equals_scipy_within_its_bound_and_passes_every_check(num_outputs):
    build = functools.partial(metrics.SpearmanCorrelation, num_outputs=num_outputs)
    check = check_metric if num_outputs == 1 else check_references
    check(build, reference, cases=cases(num_outputs), family=Regression(num_outputs))


@pytest.mark.parametrize("ties", [False, True])
def test_its_certified_bound_is_small_and_its_error_far_smaller(ties):
    one = case(size=4000, ties=ties)
    metric = metrics.SpearmanCorrelation()
    found, bound, expected = value_of(metric, one), metric.error_bound(), reference(one)
    assert abs(found - expected) < (1e-6 if ties else 1e-3)
    # Nothing tells equal numbers from close ones, so the bound must allow for those.
    assert bound < (0.25 if ties else 0.05)
    assert metric.score(one.y_true, one.predictions) == pytest.approx(expected)


def test_center_and_scale_bring_numbers_into_range():
    one = case(size=4000, offset=1e6, scale=1e3)
    assert np.isnan(value_of(metrics.SpearmanCorrelation(), one))
    metric = metrics.SpearmanCorrelation(center=1e6, scale=1e3)
    assert value_of(metric, one) == pytest.approx(reference(one), abs=1e-3)
    assert metric.error_bound() < 0.05


def test_it_has_an_interval():
    one = case(size=300)
    (found,) = measure([metrics.SpearmanCorrelation().score], one.y_true, one.predictions)
    rng = np.random.default_rng(0)
    rows = [rng.integers(0, 300, 300) for _ in range(300)]
    drawn = [spearmanr(one.true[r], one.predicted[r]).statistic for r in rows]
    assert found.value == pytest.approx(reference(one))
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.std(drawn), rel=0.2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"scale": 0.0}, "scale=0.0"), ({"num_buckets": 100}, "num_buckets=100")],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(UserError, match=message):
        metrics.SpearmanCorrelation(**arguments)
