"""The mean absolute difference between label and prediction."""

from dataclasses import dataclass
from typing import ClassVar

from ftkeras.scores._output_mean import MeanError


@dataclass(frozen=True)
class MeanAbsoluteError(MeanError):
    """Mean over units of |y - p|, in units of the label.

    Range [0, inf); 0 is best. Undefined when nothing was counted. What predicts the median is best.

    Args:
        num_outputs: How many numbers are predicted for a unit; the result is the mean over them.

    Example:
        >>> MeanAbsoluteError()([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        0.5

    References:
        Willmott and Matsuura, 2005, Climate Research 30. Checked against scikit-learn.
    """

    row: ClassVar[int] = 1

    num_outputs: int = 1
