"""The best recall at which precision is still high enough."""

from dataclasses import dataclass
from typing import Any

from ftkeras.scores._operating_point import OperatingPoint, check_minimum


@dataclass(frozen=True)
class RecallAtPrecision(OperatingPoint):
    """Largest recall over thresholds with precision >= `precision`.

    Binary. Every distinct score (every bucket, when streaming) is a threshold. Range [0, 1]; 1 is
    best; 0 when no threshold reaches the minimum. Undefined unless both classes occur. A maximum
    over noisy thresholds is optimistic on few units.

    Args:
        num_classes: 2.
        precision: The minimum to keep.
        num_buckets: Score buckets, a power of two.

    Example:
        >>> RecallAtPrecision(precision=1.0)([0, 0, 1, 1], [-2.0, 1.0, 2.0, 3.0])
        1.0

    References:
        Fawcett, 2006, Pattern Recognition Letters 27. Checked against scikit-learn's curves.
    """

    num_classes: int = 2
    precision: float = 0.9
    num_buckets: int = 2**14

    def __post_init__(self) -> None:
        super().__post_init__()
        check_minimum("precision", self.precision)

    @property
    def minimum(self) -> float:
        """The minimum precision."""
        return self.precision

    def rates(self, true: Any, false: Any, positives: Any, negatives: Any) -> tuple[Any, Any]:
        """Returns the sides of (precision, recall); see `OperatingPoint.rates`."""
        return ((true, true + false), (true, positives + 0 * true))
