"""How closely labels and predictions agree: along the line y = p, not just along any line."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.scores._moment_score import MomentScore, rows, spread
from ftkeras.scores._ratio import ratio


@dataclass(frozen=True)
class ConcordanceCorrelation(MomentScore):
    """2 cov(y, p) / (var(y) + var(p) + (mean y - mean p)^2).

    Pearson's correlation, lowered by any offset or scale. Range [-1, 1]; 1 is best. Undefined where
    neither labels nor predictions vary and both agree, or where the digits do not tell. With
    several outputs, their mean.

    Args:
        num_outputs: How many numbers are predicted for a unit.
        center: A number near the mean of the labels, for labels whose mean is many times their
            standard deviation: what is subtracted before squaring. It changes digits, never the
            score.

    Example:
        >>> ConcordanceCorrelation()([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        0.7887323943661972

    References:
        Lin, 1989, Biometrics 45, with variances over n. Checked against the formula.
    """

    num_outputs: int = 1
    center: float = 0.0

    def per_output(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the concordance of each output."""
        units, error, _, label, label_squares, prediction, prediction_squares, product = rows(
            counts
        )
        spreads = spread(units, label, label_squares, xp)
        spreads = spreads + spread(units, prediction, prediction_squares, xp)
        together = product - label * ratio(prediction, units, xp, otherwise=0.0)
        offset = error * ratio(error, units, xp, otherwise=0.0)
        found = ratio(2 * together, spreads + offset, xp)
        return xp.where(spreads > 0, found, xp.where(offset > 0, xp.zeros_like(found), found))
