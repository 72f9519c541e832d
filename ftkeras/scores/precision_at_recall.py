"""The best precision at which recall is still high enough."""

from dataclasses import dataclass
from typing import Any

from ftkeras.scores._operating_point import OperatingPoint, check_minimum


@dataclass(frozen=True)
class PrecisionAtRecall(OperatingPoint):
    """Largest precision over thresholds with recall >= `recall`.

    Binary. Every distinct score (every bucket, when streaming) is a threshold. Range [0, 1]; 1 is
    best; 0 when no threshold reaches the minimum. Undefined unless both classes occur. A maximum
    over noisy thresholds is optimistic on few units.

    Args:
        num_classes: 2.
        recall: The minimum to keep.
        num_buckets: Score buckets, a power of two.

    Example:
        >>> PrecisionAtRecall(recall=1.0)([0, 0, 1, 1], [-2.0, 1.0, 2.0, 3.0])
        1.0

    References:
        Fawcett, 2006, Pattern Recognition Letters 27. Checked against scikit-learn's curves.
    """

    num_classes: int = 2
    recall: float = 0.9
    num_buckets: int = 2**14

    def __post_init__(self) -> None:
        super().__post_init__()
        check_minimum("recall", self.recall)

    @property
    def minimum(self) -> float:
        """The minimum recall."""
        return self.recall

    def rates(self, true: Any, false: Any, positives: Any, negatives: Any) -> tuple[Any, Any]:
        """Returns the sides of (recall, precision); see `OperatingPoint.rates`."""
        return ((true, positives + 0 * true), (true, true + false))
