"""The threshold that finds most while what is flagged is right often enough."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.threshold_rule import Tallies, ThresholdRule
from ftkeras.thresholds._expect import expect_share


@dataclass(frozen=True)
class PrecisionAtLeast(ThresholdRule):
    """Takes the threshold with the highest recall among those with precision >= `value`.

    The promise is kept on validation exactly; on new data about half the time it is missed by a
    little, because the threshold was searched for at the edge. Ask for more than is needed.

    Args:
        value: Required precision, in (0, 1].

    Example:
        >>> rule = PrecisionAtLeast(value=0.6)
        >>> rule(np.array([0, 0, 1, 1]), np.array([0.1, 0.3, 0.2, 0.9])).__round__(3)
        0.15
    """

    value: float

    figure_name: ClassVar[str] = "precision"
    direction: ClassVar[str] = "max"

    def __post_init__(self) -> None:
        expect_share("value", self.value)

    def figure(self, tallies: Tallies) -> NDArray[np.float64]:
        """Returns the precision, which is what was promised."""
        return tallies.precision

    def preference(self, tallies: Tallies) -> NDArray[np.float64]:
        """Returns the recall where the precision suffices."""
        enough = tallies.precision >= self.value - 1e-12
        return np.where(enough & (tallies.true_positives > 0), tallies.recall, -np.inf)
