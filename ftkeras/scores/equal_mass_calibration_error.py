"""How far predicted probabilities are from the frequencies they promise, in bins equally full."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.scores._ratio import indicator, share
from ftkeras.scores.counts.confidence_histogram import ConfidenceHistogram
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class EqualMassCalibrationError(Score):
    """Sum over bins of (n_b / n) |mean event_b - mean probability_b|, bins of equal numbers.

    Units are ordered by their probability and cut into `num_bins` parts; units that tie stay
    together, in the part where the middle of their ranks lies. Binary: the probability of class 1
    against how often class 1 came. With more classes: the probability of the predicted class
    against how often it was right. Range [0, 1]; 0 is best. Undefined when nothing was counted.

    Bins of equal width leave most of them empty when a model is sure of itself; these do not.
    Streaming counts scores in buckets that are not divided; `error_bound` certifies what that can
    change: units of a bucket in which a cut falls may belong to the other side.

    Args:
        num_classes: Number of classes; 2 is binary.
        num_bins: Number of bins.
        num_buckets: Score buckets, a power of two.

    Example:
        >>> EqualMassCalibrationError(num_bins=2)([0, 1, 1, 1], [0.0, 0.0, 9.0, 9.0]) < 1e-3
        True

    References:
        Nguyen and O'Connor, 2015, EMNLP, section 4.2; Nixon et al., 2019, CVPR workshops. Checked
        against a formula over sorted units.
    """

    direction: ClassVar[str] = "min"

    num_classes: int = 2
    num_bins: int = 15
    num_buckets: int = 2**14

    def __post_init__(self) -> None:
        if not isinstance(self.num_bins, int) or self.num_bins < 1:
            raise UserError(
                f"Expected `num_bins` to be an integer >= 1. Received: num_bins={self.num_bins!r}."
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(self.num_classes)

    @property
    def counts(self) -> ConfidenceHistogram:
        """Units, summed probability and events by bucket."""
        return ConfidenceHistogram(self.num_classes, self.num_buckets)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the weighted mean gap; see `Score.formula`."""
        units, gaps = counts[..., 0, :], counts[..., 2, :] - counts[..., 1, :]
        before = xp.cumsum(units, axis=-1) - units / 2
        total = xp.sum(units, axis=-1, keepdims=True)
        place = share(before * self.num_bins, total)
        # Bin by bin: a table of bins by buckets would be the largest thing in memory.
        summed = 0.0
        for index in range(self.num_bins):
            is_here = xp.logical_and(
                place >= index if index else place > -1.0,
                place < index + 1 if index + 1 < self.num_bins else place < self.num_bins + 1.0,
            )
            summed = summed + xp.abs(xp.sum(gaps * indicator(is_here, gaps, xp), axis=-1))
        return share(summed, total[..., 0])

    def error_bound(self, counts: Any, xp: ModuleType) -> Any:
        """Returns twice the share of units in buckets that hold a cut."""
        units = counts[..., 0, :]
        total = xp.sum(units, axis=-1, keepdims=True)
        after = xp.cumsum(units, axis=-1)
        # Ranks of weighted units are sums with rounding.
        first = np.floor(np.asarray(share((after - units) * self.num_bins, total)) + 1e-9)
        last = np.ceil(np.asarray(share(after * self.num_bins, total)) - 1e-9)
        return 2 * share(np.sum(units * (last - first > 1), axis=-1), total[..., 0])
