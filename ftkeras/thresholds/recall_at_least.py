"""The threshold that flags least while enough is found."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.threshold_rule import Tallies, ThresholdRule
from ftkeras.thresholds._expect import expect_share


@dataclass(frozen=True)
class RecallAtLeast(ThresholdRule):
    """Takes the threshold that flags the fewest examples among those with recall >= `value`.

    The promise is kept on validation exactly; on new data about half the time it is missed by a
    little, because the threshold was searched for at the edge. Ask for more than is needed.

    Args:
        value: Required recall, in (0, 1].

    Example:
        >>> rule = RecallAtLeast(value=1.0)
        >>> rule(np.array([0, 0, 1, 1]), np.array([0.1, 0.3, 0.2, 0.9])).__round__(3)
        0.15
    """

    value: float

    figure_name: ClassVar[str] = "recall"
    direction: ClassVar[str] = "max"

    def __post_init__(self) -> None:
        expect_share("value", self.value)

    def figure(self, tallies: Tallies) -> NDArray[np.float64]:
        """Returns the recall, which is what was promised."""
        return tallies.recall

    def preference(self, tallies: Tallies) -> NDArray[np.float64]:
        """Returns how little is flagged where the recall suffices."""
        flagged = tallies.flagged / (tallies.positives + tallies.negatives)
        return np.where(tallies.recall >= self.value - 1e-12, -flagged, -np.inf)
