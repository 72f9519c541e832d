"""How far predicted and true regions coincide, averaged over classes."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.scores._region_overlap import RegionOverlap, check_absent, mean_over_classes, rows


@dataclass(frozen=True)
class MeanIntersectionOverUnion(RegionOverlap):
    """Mean over classes c of right_c / (true_c + predicted_c - right_c), over all pixels.

    Pixels of all images are counted together, as in Pascal VOC. Range [0, 1]; 1 is best. Undefined
    when nothing was counted.

    Args:
        num_classes: Number of classes.
        absent: `"skip"` leaves classes that are neither true nor predicted out, `"zero"` counts
            them as 0.

    Example:
        >>> labels, logits = [[0, 0, 1]], [[[2.0, 1.0], [0.0, 1.0], [0.0, 1.0]]]
        >>> MeanIntersectionOverUnion(num_classes=2)(labels, logits)
        0.5

    References:
        Everingham et al., 2010, The Pascal Visual Object Classes Challenge, IJCV 88. Checked
        against scikit-learn's `jaccard_score` of pixels.
    """

    num_classes: int
    absent: str = "skip"

    def __post_init__(self) -> None:
        check_absent(self.absent)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean; see `Score.formula`."""
        right, true, predicted = rows(counts)
        return mean_over_classes(right, true + predicted - right, self.absent, xp)
