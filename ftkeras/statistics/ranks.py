"""Many methods on many data sets: who ranks where, and which ranks can be told apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import friedmanchisquare, rankdata, studentized_range, wilcoxon

from ftkeras.errors import UserError


@dataclass(frozen=True)
class Ranks:
    """What the ranks of methods over data sets allow to be said.

    Args:
        average: `(methods,)` mean rank of each over the data sets, 1 the best, ties shared.
        p_value: Probability of ranks this far apart if all methods were alike.
        test: Name of the test.
        critical_difference: Two methods whose average ranks differ by more can be told apart
            (Nemenyi); `None` for two methods, of which the test itself speaks.
    """

    average: NDArray[np.float64]
    p_value: float
    test: str
    critical_difference: float | None


def compare_ranks(
    values: NDArray[np.float64], direction: str = "max", level: float = 0.95
) -> Ranks:
    """Ranks methods over data sets.

    For three methods and more it is Friedman's test, followed by Nemenyi's critical difference
    q sqrt(k (k + 1) / 6 n), q the studentized range of k methods divided by the root of 2. For two
    it is Wilcoxon's signed-rank test on the differences.

    Args:
        values: `(data sets, methods)` a score of each method on each data set.
        direction: `"max"` when larger is better, `"min"` when smaller is.
        level: Confidence level of the critical difference.

    Raises:
        UserError: Fewer than two methods or data sets, or a value that is not finite.

    Example:
        >>> values = np.array([[0.9, 0.8, 0.7], [0.8, 0.7, 0.6], [0.9, 0.7, 0.8], [0.7, 0.6, 0.5]])
        >>> found = compare_ranks(values)
        >>> found.average.tolist(), round(found.p_value, 3)
        ([1.0, 2.25, 2.75], 0.039)

    References:
        Demsar, 2006, Statistical Comparisons of Classifiers over Multiple Data Sets, JMLR 7.
    """
    values = np.asarray(values, "float64")
    if values.ndim != 2 or min(values.shape) < 2 or not np.isfinite(values).all():
        raise UserError(
            "Expected finite scores of at least two methods on at least two data sets. Received: "
            f"values of shape {values.shape}. Leave out methods that have no value somewhere."
        )
    signed = -values if direction == "max" else values
    average = rankdata(signed, axis=1).mean(axis=0)
    data_sets, methods = values.shape
    if methods == 2:
        differences = signed[:, 0] - signed[:, 1]
        p_value = float(wilcoxon(differences).pvalue) if differences.any() else 1.0
        return Ranks(average, p_value, "Wilcoxon signed-rank test", None)
    alike = (np.ptp(signed, axis=1) == 0).all()
    p_value = 1.0 if alike else float(friedmanchisquare(*signed.T).pvalue)
    quantile = studentized_range.ppf(level, methods, np.inf) / np.sqrt(2)
    difference = float(quantile * np.sqrt(methods * (methods + 1) / (6 * data_sets)))
    return Ranks(average, p_value, "Friedman test", difference)
