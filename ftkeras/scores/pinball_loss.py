"""What a predicted quantile costs."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.scores._output_mean import OutputMean, check_share
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.pinball_sums import PinballSums


@dataclass(frozen=True)
class PinballLoss(OutputMean):
    """Mean over units of max(quantile (y - p), (1 - quantile) (p - y)), in units of the label.

    What predicts that quantile of the label is best. Range [0, inf); 0 is best. Undefined when
    nothing was counted.

    Args:
        num_outputs: How many numbers are predicted for a unit; the result is the mean over them.
        quantile: Which quantile is predicted; 0.5 is the median, and half the absolute error.

    Example:
        >>> PinballLoss(quantile=0.9)([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        0.31666666666666665

    References:
        Koenker and Bassett, 1978, Econometrica 46. Checked against scikit-learn.
    """

    num_outputs: int = 1
    quantile: float = 0.5

    def __post_init__(self) -> None:
        check_share("quantile", self.quantile)

    @property
    def counts(self) -> PinballSums:
        """Units and their loss."""
        return PinballSums(self.num_outputs, self.quantile)

    def per_output(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean loss of each output."""
        return ratio(counts[..., 1, :], counts[..., 0, :], xp)
