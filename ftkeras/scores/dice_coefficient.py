"""How far predicted and true regions overlap, relative to their sizes."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.scores._ratio import ratio
from ftkeras.scores._region_overlap import (
    RegionOverlap,
    check_absent,
    check_class_index,
    mean_over_classes,
    rows,
)


@dataclass(frozen=True)
class DiceCoefficient(RegionOverlap):
    """2 right_c / (true_c + predicted_c) of one class c, or its mean over classes.

    Pixels of all images are counted together: it is the F1 score of pixels. Range [0, 1]; 1 is
    best. Undefined when nothing was counted, for one class when it is neither true nor predicted.

    Args:
        num_classes: Number of classes.
        class_index: The one class to score, instead of the mean over classes.
        absent: What a mean does with classes that are neither true nor predicted: `"skip"` leaves
            them out, `"zero"` counts them as 0.

    Example:
        >>> labels, logits = [[0, 0, 1]], [[[2.0, 1.0], [0.0, 1.0], [0.0, 1.0]]]
        >>> DiceCoefficient(num_classes=2, class_index=1)(labels, logits)
        0.6666666666666666

    References:
        Dice, 1945, Ecology 26. Checked against scikit-learn's `f1_score` of pixels.
    """

    undefined: ClassVar[str] = "the class is neither true nor predicted"

    num_classes: int
    class_index: int | None = None
    absent: str = "skip"

    def __post_init__(self) -> None:
        check_class_index(self.class_index, self.num_classes)
        check_absent(self.absent)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the coefficient or mean; see `Score.formula`."""
        right, true, predicted = rows(counts)
        if self.class_index is None:
            return mean_over_classes(2 * right, true + predicted, self.absent, xp)
        part, whole = 2 * right, true + predicted
        return ratio(part[..., self.class_index], whole[..., self.class_index], xp)
