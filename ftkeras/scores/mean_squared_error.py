"""The mean squared difference between label and prediction."""

from dataclasses import dataclass
from typing import ClassVar

from ftkeras.scores._output_mean import MeanError


@dataclass(frozen=True)
class MeanSquaredError(MeanError):
    """Mean over units of (y - p)^2, in squared units of the label.

    Range [0, inf); 0 is best. Undefined when nothing was counted. Single large errors decide it.

    Args:
        num_outputs: How many numbers are predicted for a unit; the result is the mean over them.

    Example:
        >>> MeanSquaredError()([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        0.4166666666666667

    References:
        Hastie, Tibshirani and Friedman, 2009, The Elements of Statistical Learning, section 2.4.
        Checked against scikit-learn.
    """

    row: ClassVar[int] = 2

    num_outputs: int = 1
