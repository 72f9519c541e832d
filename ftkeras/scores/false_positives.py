"""Units of other classes that were predicted as the class."""

from dataclasses import dataclass
from typing import Any

from ftkeras.scores._class_count import ClassCount


@dataclass(frozen=True)
class FalsePositives(ClassCount):
    """predicted - right, for one class against the rest.

    A count, neither good nor bad by itself. Range [0, inf).

    Args:
        num_classes: Number of classes; 2 is binary.
        class_index: The class that is "positive".
        threshold: Probability above which the answer is class 1; binary only.

    Example:
        >>> FalsePositives()([0, 1, 1, 1], [2.0, 1.0, -1.0, 3.0])
        1.0
    """

    num_classes: int = 2
    class_index: int = 1
    threshold: float = 0.5

    def count(self, right: Any, true: Any, predicted: Any, total: Any) -> Any:
        """Returns predicted - right."""
        return predicted - right
