"""The mean over classes of the share that was predicted right."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._class_average import check_absent
from ftkeras.scores._ratio import indicator, ratio
from ftkeras.scores.counts.class_tallies import ClassTallies
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class BalancedAccuracy(Score):
    """Mean over the classes that occur of right_c / true_c.

    Range [0, 1]; 1 is best, 1 / num_classes is what guessing reaches. Classes without a true unit
    are left out by default, as in scikit-learn. Undefined when nothing was counted.

    Args:
        num_classes: Number of classes; 2 is binary.
        threshold: Probability above which the answer is class 1; binary only.
        absent: `"skip"` leaves classes without a true unit out, `"zero"` counts them as 0.

    Example:
        >>> BalancedAccuracy()([0, 1, 1, 1, 1], [-2.0, 1.0, -1.0, 3.0, 1.0])
        0.875

    References:
        Brodersen et al., 2010, ICPR. Checked against scikit-learn.
    """

    direction: ClassVar[str] = "max"

    num_classes: int = 2
    threshold: float = 0.5
    absent: str = "skip"

    def __post_init__(self) -> None:
        check_absent(self.absent)

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(self.num_classes)

    @property
    def counts(self) -> ClassTallies:
        """How often each class was right, true and predicted."""
        return ClassTallies(self.num_classes, self.threshold)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean recall; see `Score.formula`."""
        true = counts[..., 1, :]
        recall = ratio(counts[..., 0, :], true, xp, otherwise=0.0)
        is_counted = true > 0
        if self.absent == "zero":
            is_counted = xp.sum(true, axis=-1, keepdims=True) + 0 * true > 0
        occurs = indicator(is_counted, true, xp)
        return ratio(xp.sum(recall, axis=-1), xp.sum(occurs, axis=-1), xp)
