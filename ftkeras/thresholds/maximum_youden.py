"""The threshold with the highest Youden index."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.threshold_rule import Tallies, ThresholdRule


@dataclass(frozen=True)
class MaximumYouden(ThresholdRule):
    """Takes the threshold with the highest J = recall - false positive rate.

    It is the highest balanced accuracy, (J + 1) / 2, and the point of the ROC curve farthest above
    the diagonal: right where missing a positive is as much worse than a false alarm as positives
    are rarer. Range of J: [-1, 1]. Fulfilled by no threshold when a class is missing.

    Example:
        >>> MaximumYouden()(np.array([0, 0, 1, 1]), np.array([0.1, 0.3, 0.2, 0.9])).__round__(3)
        0.6

    References:
        Youden, 1950, Cancer 3. Checked against scikit-learn.
    """

    figure_name: ClassVar[str] = "Youden index"
    direction: ClassVar[str] = "max"

    def figure(self, tallies: Tallies) -> NDArray[np.float64]:
        """Returns recall - false positive rate."""
        return tallies.recall - tallies.false_positive_rate

    def preference(self, tallies: Tallies) -> NDArray[np.float64]:
        """Returns the index itself."""
        return self.figure(tallies)
