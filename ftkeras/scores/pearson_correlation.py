"""How linearly labels and predictions go along."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.scores._moment_score import MomentScore, rows, spread
from ftkeras.scores._ratio import ratio


@dataclass(frozen=True)
class PearsonCorrelation(MomentScore):
    """cov(y, p) / (sd(y) sd(p)).

    Blind to the offset and scale of predictions. Range [-1, 1]; 1 is best. Undefined where labels
    or predictions do not vary, or vary so little beside their size that the digits do not tell.
    With several outputs, their mean.

    Args:
        num_outputs: How many numbers are predicted for a unit.
        center: A number near the mean of the labels, for labels whose mean is many times their
            standard deviation: what is subtracted before squaring. It changes digits, never the
            score.

    Example:
        >>> PearsonCorrelation()([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        1.0

    References:
        Pearson, 1895, Proceedings of the Royal Society 58. Checked against SciPy.
    """

    num_outputs: int = 1
    center: float = 0.0

    def per_output(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the correlation of each output."""
        units, _, _, label, label_squares, prediction, prediction_squares, product = rows(counts)
        of_labels = spread(units, label, label_squares, xp)
        of_predictions = spread(units, prediction, prediction_squares, xp)
        together = product - label * ratio(prediction, units, xp, otherwise=0.0)
        # One root each: the product of two variances may overflow.
        found = ratio(together, xp.sqrt(of_labels) * xp.sqrt(of_predictions), xp)
        return xp.clip(found, -1.0, 1.0)
