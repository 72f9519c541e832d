"""The share of the labels' spread that predictions remove."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.scores._explained_share import ExplainedShare


@dataclass(frozen=True)
class R2Score(ExplainedShare):
    """1 - sum (y - p)^2 / sum (y - mean y)^2, the coefficient of determination.

    Range (-inf, 1]; 1 is best, 0 is what predicting the mean of these labels scores. Undefined
    where labels do not vary, or vary so little beside their size that the digits do not tell.

    Args:
        num_outputs: How many numbers are predicted for a unit.
        center: A number near the mean of the labels, for labels whose mean is many times their
            standard deviation: what is subtracted before squaring. It changes digits, never the
            score.
        average: `"uniform"` (mean over outputs) or `"variance_weighted"` (weighted by the variance
            of their labels).

    Example:
        >>> R2Score()([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        0.7321428571428571

    References:
        Wright, 1921, Journal of Agricultural Research 20. Checked against scikit-learn.
    """

    num_outputs: int = 1
    center: float = 0.0
    average: str = "uniform"

    def left(self, units: Any, error: Any, squares: Any, xp: ModuleType) -> Any:
        """Returns what is left of the spread."""
        return squares
