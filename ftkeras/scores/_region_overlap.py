"""How far the predicted region of a class covers the true one: of one class, or averaged."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score, Units
from ftkeras.errors import UserError
from ftkeras.scores._ratio import indicator, ratio
from ftkeras.scores.counts.pixel_tallies import PixelTallies
from ftkeras.scores.inputs.segmentation import Segmentation


def check_class_index(class_index: int | None, num_classes: int) -> None:
    """Raises `UserError` unless the index is `None` or that of a class."""
    if class_index is not None and class_index not in range(num_classes):
        raise UserError(
            f"Expected `class_index` in [0, {num_classes}). Received: class_index={class_index!r}."
        )


@dataclass(frozen=True)
class RegionOverlap(Score):
    """A ratio of pixels of all images together, larger is better.

    Args:
        num_classes: Number of classes.
    """

    direction: ClassVar[str] = "max"

    num_classes: int

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Segmentation:
        """Images of labels and of logits."""
        return Segmentation(self.num_classes)

    @property
    def counts(self) -> PixelTallies:
        """Pixels of each class that were right, true and predicted."""
        return PixelTallies(self.num_classes)

    def trials(self, units: Units) -> int:
        """Returns the number of pixels that count."""
        return max(1, int(self.counts.tally(units)[1].sum()))


def rows(counts: Any) -> tuple[Any, Any, Any]:
    """Returns pixels `(..., classes)` that were right, true and predicted."""
    return counts[..., 0, :], counts[..., 1, :], counts[..., 2, :]


def mean_over_classes(part: Any, whole: Any, absent: str, xp: ModuleType) -> Any:
    """Returns the mean of part / whole over classes, without those whose whole is 0 or with 0."""
    values = ratio(part, whole, xp, otherwise=0.0)
    is_seen = indicator(whole > 0, whole, xp)
    total = xp.sum(values, axis=-1)
    if absent == "skip":
        return ratio(total, xp.sum(is_seen, axis=-1), xp)
    return xp.where(xp.sum(is_seen, axis=-1) > 0, total / whole.shape[-1], float("nan"))


def check_absent(absent: str) -> None:
    """Raises `UserError` unless `absent` is a known policy."""
    if absent not in ("skip", "zero"):
        raise UserError(
            "Expected `absent` to be 'skip' (leave classes out that are neither true nor predicted)"
            f" or 'zero' (count them as 0). Received: absent={absent!r}."
        )
