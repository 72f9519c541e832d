"""How far predicted probabilities are from the frequencies they promise."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.calibration_bins import CalibrationBins
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class ExpectedCalibrationError(Score):
    """Sum over bins of (n_b / n) |mean event_b - mean probability_b|, bins of equal width.

    Binary: the probability of class 1 against how often class 1 came. With more classes: the
    probability of the predicted class against how often it was right. Range [0, 1]; 0 is best.
    Undefined when nothing was counted. It is biased upwards when bins hold few units.

    Args:
        num_classes: Number of classes; 2 is binary.
        num_bins: Number of equal-width bins over [0, 1]. Fewer than ~10 units a bin is noise.

    Example:
        >>> ExpectedCalibrationError()([0, 1], [0.0, 0.0])
        0.0

    References:
        Naeini et al., 2015, AAAI, eq. 3; Guo et al., 2017, ICML, eq. 3. Checked against netcal.
    """

    direction: ClassVar[str] = "min"

    num_classes: int = 2
    num_bins: int = 15

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(self.num_classes)

    @property
    def counts(self) -> CalibrationBins:
        """Units, summed probability and events by bin."""
        return CalibrationBins(self.num_classes, self.num_bins)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the weighted mean gap; see `Score.formula`."""
        gaps = xp.abs(counts[..., 2, :] - counts[..., 1, :])
        return ratio(xp.sum(gaps, axis=-1), xp.sum(counts[..., 0, :], axis=-1), xp)
