"""The mean absolute error relative to label and prediction."""

from dataclasses import dataclass
from typing import ClassVar

from ftkeras.scores._output_mean import MeanError


@dataclass(frozen=True)
class SymmetricMeanAbsolutePercentageError(MeanError):
    """Mean over units of 2 |y - p| / (|y| + |p|), 0 where both are 0.

    Range [0, 2]; 0 is best. Undefined when nothing was counted.

    Args:
        num_outputs: How many numbers are predicted for a unit; the result is the mean over them.

    Example:
        >>> SymmetricMeanAbsolutePercentageError()([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        0.22857142857142856

    References:
        Makridakis, 1993, International Journal of Forecasting 9. Checked against the formula.
    """

    row: ClassVar[int] = 4

    num_outputs: int = 1

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 2]."""
        return (0.0, 2.0)
