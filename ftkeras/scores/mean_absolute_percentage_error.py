"""The mean absolute error relative to the label."""

from dataclasses import dataclass
from typing import ClassVar

from ftkeras.scores._output_mean import MeanError


@dataclass(frozen=True)
class MeanAbsolutePercentageError(MeanError):
    """Mean over units of |y - p| / max(|y|, 2^-52): 0.1 is ten percent.

    Range [0, inf); 0 is best. Undefined when nothing was counted. A label of 0 makes it astronomic,
    as in scikit-learn, and predictions that are too low are favoured: see the symmetric form.

    Args:
        num_outputs: How many numbers are predicted for a unit; the result is the mean over them.

    Example:
        >>> MeanAbsolutePercentageError()([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        0.25

    References:
        Hyndman and Koehler, 2006, International Journal of Forecasting 22. Checked against
        scikit-learn.
    """

    row: ClassVar[int] = 3

    num_outputs: int = 1
