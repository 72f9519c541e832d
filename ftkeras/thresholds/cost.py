"""The threshold with the least expected cost."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.threshold_rule import Tallies, ThresholdRule
from ftkeras.thresholds._expect import expect_price


@dataclass(frozen=True)
class Cost(ThresholdRule):
    """Takes the threshold with the least cost per example, (a FP + b FN) / n.

    With calibrated probabilities it is near a / (a + b), whatever the share of positives. Classes
    must be as frequent in validation as they will be in use.

    Args:
        false_positive: Cost a of a false alarm, in any unit (minutes, money).
        false_negative: Cost b of a missed positive, in the same unit.

    Example:
        >>> labels, probability = np.array([0, 0, 1, 1]), np.array([0.1, 0.3, 0.2, 0.9])
        >>> Cost(false_positive=1, false_negative=10)(labels, probability).__round__(3)
        0.15
        >>> Cost(false_positive=10, false_negative=1)(labels, probability).__round__(3)
        0.6

    References:
        Elkan, 2001, IJCAI, eq. 2.
    """

    false_positive: float
    false_negative: float

    figure_name: ClassVar[str] = "expected cost per example"
    direction: ClassVar[str] = "min"

    def __post_init__(self) -> None:
        expect_price("false_positive", self.false_positive)
        expect_price("false_negative", self.false_negative)

    def figure(self, tallies: Tallies) -> NDArray[np.float64]:
        """Returns the cost per example."""
        missed = tallies.positives - tallies.true_positives
        total = self.false_positive * tallies.false_positives + self.false_negative * missed
        return np.asarray(total / (tallies.positives + tallies.negatives))

    def preference(self, tallies: Tallies) -> NDArray[np.float64]:
        """Returns the cost, the other way round, as a share of the larger price."""
        return -self.figure(tallies) / max(self.false_positive, self.false_negative)
