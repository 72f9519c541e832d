"""Components of variance of a Latin square, against statsmodels and against known truth."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as formula
from statsmodels.stats.anova import anova_lm

from ftkeras.errors import UserError
from ftkeras.statistics.seed_variance import latin_order, seed_variance


def square(repeats, deviations, generator):
    split, start, order, rest = deviations
    effects = [generator.normal(0, size, repeats) for size in (split, start, order)]
    return np.array([
        [effects[0][s] + effects[1][i] + effects[2][latin_order(s, i, repeats)]
         + generator.normal(0, rest) for i in range(repeats)] for s in range(repeats)
    ])  # fmt: skip


@pytest.mark.parametrize("repeats", [3, 5])
def test_components_are_those_of_the_analysis_of_variance(repeats):
    scores = square(repeats, (3.0, 1.0, 2.0, 0.2), np.random.default_rng(4))
    rows = [(s, i, (s + i) % repeats, scores[s, i])
            for s in range(repeats) for i in range(repeats)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["split", "start", "order", "score"])
    fitted = formula.ols("score ~ C(split) + C(start) + C(order)", table).fit()
    mean_squares = anova_lm(fitted, typ=2)
    mean_squares = mean_squares["sum_sq"] / mean_squares["df"]
    rest = mean_squares["Residual"]
    found = seed_variance(scores).components
    assert found["rest"] == pytest.approx(rest)
    for ours, theirs in (("split", "C(split)"), ("initialisation", "C(start)"),
                         ("order", "C(order)")):  # fmt: skip
        expected = (mean_squares[theirs] - rest) / repeats
        assert found[ours] == pytest.approx(max(0.0, expected))


def test_known_components_are_found_on_average():
    generator = np.random.default_rng(0)
    truth = (3.0, 2.0, 1.0, 0.5)
    found = [seed_variance(square(5, truth, generator)).components for _ in range(2000)]
    for name, size in zip(("split", "initialisation", "order", "rest"), truth, strict=True):
        assert np.mean([one[name] for one in found]) == pytest.approx(size**2, rel=0.08), name


def test_the_standard_error_is_that_of_the_mean_of_the_design():
    generator = np.random.default_rng(1)
    truth = (3.0, 2.0, 1.0, 4.0)
    means = [square(4, truth, generator).mean() for _ in range(4000)]
    known = seed_variance(square(4, truth, generator))
    known.components.update(split=9.0, initialisation=4.0, order=1.0, rest=16.0)
    assert known.standard_error(4) == pytest.approx(np.std(means), rel=0.04)
    assert known.total == 30.0


@pytest.mark.parametrize("scores", [np.zeros((2, 2)), np.full((3, 3), np.nan), np.zeros(9)])
def test_what_cannot_be_split_is_refused(scores):
    with pytest.raises(UserError, match="Received"):
        seed_variance(scores)
