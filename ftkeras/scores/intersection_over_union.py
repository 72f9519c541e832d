"""How far the predicted and the true region of one class coincide."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.scores._ratio import ratio
from ftkeras.scores._region_overlap import RegionOverlap, check_class_index, rows


@dataclass(frozen=True)
class IntersectionOverUnion(RegionOverlap):
    """right_c / (true_c + predicted_c - right_c) of one class c, over the pixels of all images.

    Range [0, 1]; 1 is best. Undefined when the class is neither true nor predicted. In a suite,
    `intersection_over_union(average='per_class')` stands for one metric a class.

    Args:
        num_classes: Number of classes.
        class_index: The class.

    Example:
        >>> labels, logits = [[0, 0, 1]], [[[2.0, 1.0], [0.0, 1.0], [0.0, 1.0]]]
        >>> IntersectionOverUnion(num_classes=2, class_index=1)(labels, logits)
        0.5

    References:
        Jaccard, 1912, New Phytologist 11. Checked against scikit-learn's `jaccard_score` of pixels.
    """

    undefined: ClassVar[str] = "the class is neither true nor predicted"

    num_classes: int
    class_index: int

    def __post_init__(self) -> None:
        check_class_index(self.class_index, self.num_classes)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns right / (true or predicted); see `Score.formula`."""
        right, true, predicted = (row[..., self.class_index] for row in rows(counts))
        return ratio(right, true + predicted - right, xp)
