"""How far the probabilities of every class, not only the predicted one, are from frequencies."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._class_average import check_class_index
from ftkeras.scores._ratio import share
from ftkeras.scores.counts.class_calibration_bins import ClassCalibrationBins
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class ClasswiseCalibrationError(Score):
    """Mean over classes c of sum_b (n_bc / n) |share of c in bin - mean probability of c in bin|.

    Bins are of equal width, for each class over its own probability. Classes that never occur count
    like all others: the model should not promise them. Range [0, 1]; 0 is best. Undefined when
    nothing was counted. It is biased upwards when bins hold few units.

    Args:
        num_classes: Number of classes; 2 is binary.
        num_bins: Number of equal-width bins over [0, 1]. Fewer than ~10 units a bin is noise.
        class_index: The one class to score, instead of the mean.

    Example:
        >>> ClasswiseCalibrationError()([0, 1], [0.0, 0.0])
        0.0

    References:
        Kull et al., 2019, NeurIPS, eq. 3. Checked against its formula in plain NumPy.
    """

    direction: ClassVar[str] = "min"

    num_classes: int = 2
    num_bins: int = 15
    class_index: int | None = None

    def __post_init__(self) -> None:
        check_class_index(self.class_index, self.num_classes)

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(self.num_classes)

    @property
    def counts(self) -> ClassCalibrationBins:
        """Units, summed probability and events by class and bin."""
        return ClassCalibrationBins(self.num_classes, self.num_bins)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean over classes; see `Score.formula`."""
        gaps = xp.sum(xp.abs(counts[..., 2, :] - counts[..., 1, :]), axis=-1)
        errors = share(gaps, xp.sum(counts[..., 0, :], axis=-1))
        if self.class_index is not None:
            return errors[..., self.class_index]
        return xp.mean(errors, axis=-1)
