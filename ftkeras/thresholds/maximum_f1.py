"""The threshold with the highest F1."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.threshold_rule import Tallies, ThresholdRule


@dataclass(frozen=True)
class MaximumF1(ThresholdRule):
    """Takes the threshold with the highest F1 = 2 TP / (2 TP + FP + FN) of the positive class.

    F1 ignores true negatives, so its best threshold falls where positives are rare and uncertain:
    it is half of the highest F1 if probabilities are calibrated. Fulfilled by no threshold when
    there are no positives.

    Example:
        >>> MaximumF1()(np.array([0, 0, 1, 1]), np.array([0.1, 0.3, 0.2, 0.9])).__round__(3)
        0.15

    References:
        Lipton, Elkan and Naryanaswamy, 2014, ECML, theorem 1. Checked against scikit-learn.
    """

    figure_name: ClassVar[str] = "F1"
    direction: ClassVar[str] = "max"

    def figure(self, tallies: Tallies) -> NDArray[np.float64]:
        """Returns F1."""
        return tallies.f1

    def preference(self, tallies: Tallies) -> NDArray[np.float64]:
        """Returns F1; none without positives."""
        return np.where(tallies.positives > 0, tallies.f1, -np.inf)
