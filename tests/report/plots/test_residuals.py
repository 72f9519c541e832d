import numpy as np
from scipy import stats

from ftkeras.report.plots import residuals
from tests.report.plots.test_predicted_against_true import answers


def test_means_and_intervals_are_those_of_scipy():
    rng = np.random.default_rng(0)
    said = rng.normal(size=400)
    true = said + np.where(said > 1, 3.0, 0.0) + rng.normal(size=400)
    found = residuals.trend(true, said)
    edges = np.quantile(said, np.linspace(0, 1, 9))
    last = said > edges[7]
    errors = (true - said)[last]
    assert np.isclose(found.error[-1], errors.mean())
    low, high = stats.norm.interval(0.95, errors.mean(), stats.sem(errors))
    np.testing.assert_allclose([found.low[-1], found.high[-1]], [low, high], rtol=1e-4)
    assert found.low[-1] > 2
    assert abs(found.error[0]) < 0.5


def test_few_examples_make_few_ranges():
    found = residuals.trend(np.arange(12.0), np.arange(12.0))
    assert len(found.error) == 2
    assert len(residuals.trend(np.array([1.0]), np.array([2.0])).error) == 1


def test_the_description_tells_the_median_error_and_what_is_off():
    true = np.arange(40.0)
    svg = residuals.draw(answers(true, true - 3))
    assert "half of the errors are below 3.000" in svg
    assert "in 8 of 8 ranges" in svg
