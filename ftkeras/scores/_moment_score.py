"""What can be told from the spread of labels, predictions and errors."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.scores._output_mean import OutputMean
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.moments import Moments

UNDEFINED = (
    "the numbers do not vary, or too little beside their size for the digits at hand: set `center` "
    "near their mean"
)


@dataclass(frozen=True)
class MomentScore(OutputMean):
    """A formula of means, variances and the covariance.

    Args:
        num_outputs: How many numbers are predicted for a unit.
        center: A number near the mean of the labels.
    """

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = UNDEFINED

    num_outputs: int = 1
    center: float = 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """[-1, 1]."""
        return (-1.0, 1.0)

    @property
    def counts(self) -> Moments:
        """Sums of errors, labels, predictions, their squares and products."""
        return Moments(self.num_outputs, self.center)


def rows(counts: Any) -> list[Any]:
    """Returns the eight rows of `Moments`."""
    return [counts[..., row, :] for row in range(8)]


def spread(units: Any, total: Any, squares: Any, xp: ModuleType) -> Any:
    """Returns the sum of squares around the mean, 0 where it is within its rounding.

    Args:
        units: How much was counted.
        total: The sum.
        squares: The sum of squares around the center.
        xp: `numpy` or `keras.ops`.
    """
    around_mean = squares - total * ratio(total, units, xp, otherwise=0.0)
    # Eight bits above the last one: what remains is known to about a hundredth.
    digits = 2.0**-52 if "64" in str(squares.dtype) else 2.0**-23
    return xp.where(around_mean > 2**8 * digits * squares, around_mean, xp.zeros_like(squares))
