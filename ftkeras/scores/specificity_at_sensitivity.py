"""The best specificity at which sensitivity is still high enough."""

from dataclasses import dataclass
from typing import Any

from ftkeras.scores._operating_point import OperatingPoint, check_minimum


@dataclass(frozen=True)
class SpecificityAtSensitivity(OperatingPoint):
    """Largest true negative rate over thresholds with true positive rate >= `sensitivity`.

    Binary. Every distinct score (every bucket, when streaming) is a threshold. Range [0, 1]; 1 is
    best; 0 when no threshold reaches the minimum. Undefined unless both classes occur. A maximum
    over noisy thresholds is optimistic on few units.

    Args:
        num_classes: 2.
        sensitivity: The minimum to keep.
        num_buckets: Score buckets, a power of two.

    Example:
        >>> SpecificityAtSensitivity(sensitivity=1.0)([0, 0, 1, 1], [-2.0, 1.0, 2.0, 3.0])
        1.0

    References:
        Fawcett, 2006, Pattern Recognition Letters 27. Checked against scikit-learn's curves.
    """

    num_classes: int = 2
    sensitivity: float = 0.9
    num_buckets: int = 2**14

    def __post_init__(self) -> None:
        super().__post_init__()
        check_minimum("sensitivity", self.sensitivity)

    @property
    def minimum(self) -> float:
        """The minimum sensitivity."""
        return self.sensitivity

    def rates(self, true: Any, false: Any, positives: Any, negatives: Any) -> tuple[Any, Any]:
        """Returns the sides of (sensitivity, specificity); see `OperatingPoint.rates`."""
        return ((true, positives + 0 * true), (negatives - false, negatives + 0 * false))
