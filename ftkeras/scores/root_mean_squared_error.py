"""The root of the mean squared difference between label and prediction."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.scores._output_mean import MeanError


@dataclass(frozen=True)
class RootMeanSquaredError(MeanError):
    """Square root of the mean over units of (y - p)^2, in units of the label.

    With several outputs the roots are averaged, as in scikit-learn. Range [0, inf); 0 is best.
    Undefined when nothing was counted.

    Args:
        num_outputs: How many numbers are predicted for a unit; the result is the mean over them.

    Example:
        >>> RootMeanSquaredError()([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        0.6454972243679028

    References:
        Chai and Draxler, 2014, Geoscientific Model Development 7. Checked against scikit-learn.
    """

    row: ClassVar[int] = 2

    num_outputs: int = 1

    def per_output(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the root of the mean of each output."""
        return xp.sqrt(super().per_output(counts, xp))
