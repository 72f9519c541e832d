"""The share of the labels' variance that predictions remove, whatever their offset."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.scores._explained_share import ExplainedShare
from ftkeras.scores._ratio import ratio


@dataclass(frozen=True)
class ExplainedVariance(ExplainedShare):
    """1 - Var(y - p) / Var(y).

    It forgives a constant offset of all predictions, which `r2_score` does not. Range (-inf, 1]; 1
    is best. Undefined where labels do not vary, or vary so little beside their size that the digits
    do not tell.

    Args:
        num_outputs: How many numbers are predicted for a unit.
        center: A number near the mean of the labels, for labels whose mean is many times their
            standard deviation: what is subtracted before squaring. It changes digits, never the
            score.
        average: `"uniform"` (mean over outputs) or `"variance_weighted"` (weighted by the variance
            of their labels).

    Example:
        >>> ExplainedVariance()([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        0.75

    References:
        Checked against scikit-learn.
    """

    num_outputs: int = 1
    center: float = 0.0
    average: str = "uniform"

    def left(self, units: Any, error: Any, squares: Any, xp: ModuleType) -> Any:
        """Returns what is left of the spread."""
        return squares - error * ratio(error, units, xp, otherwise=0.0)
