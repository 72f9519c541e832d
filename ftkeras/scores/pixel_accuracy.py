"""The share of pixels whose class was predicted right."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.scores._ratio import ratio
from ftkeras.scores._region_overlap import RegionOverlap, rows


@dataclass(frozen=True)
class PixelAccuracy(RegionOverlap):
    """Right pixels / all pixels, of all images together.

    Range [0, 1]; 1 is best. Undefined when nothing was counted. Where one class fills most of the
    image it says little: look at the mean intersection over union beside it.

    Args:
        num_classes: Number of classes.

    Example:
        >>> PixelAccuracy(num_classes=2)([[0, 1]], [[[2.0, 1.0], [1.0, 0.0]]])
        0.5

    References:
        Long, Shelhamer and Darrell, 2015, Fully Convolutional Networks for Semantic Segmentation,
        section 5. Checked against scikit-learn's `accuracy_score` of pixels.
    """

    num_classes: int

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns right / all; see `Score.formula`."""
        right, true, _ = rows(counts)
        return ratio(xp.sum(right, axis=-1), xp.sum(true, axis=-1), xp)
