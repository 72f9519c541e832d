"""What the scores of detections share: classes, overlaps, sizes of object, formats of boxes."""

from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.scores.inputs._box_matching import THRESHOLDS
from ftkeras.scores.inputs.detections import Detections

_RECALLS = np.linspace(0, 1, 101)


class DetectionScore(Score):
    """A mean over classes (that have objects) and overlaps, all in NumPy."""

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = "there are no objects of this size"

    num_classes: int
    class_index: int | None
    iou_threshold: float | None
    box_format: str

    def __post_init__(self) -> None:
        if self.class_index is not None and self.class_index not in range(self.num_classes):
            raise UserError(
                f"Expected `class_index` in [0, {self.num_classes}). Received: "
                f"class_index={self.class_index!r}."
            )
        # Wrong settings are refused now, not when the first image comes.
        _ = self.inputs, self.counts

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Detections:
        """Boxes of images."""
        return Detections(self.num_classes, self.box_format)

    @property
    def thresholds(self) -> tuple[int, ...]:
        """Which of the ten overlaps."""
        if self.iou_threshold is None:
            return tuple(range(len(THRESHOLDS)))
        found = np.flatnonzero(np.isclose(THRESHOLDS, self.iou_threshold, rtol=0, atol=1e-9))
        if not len(found):
            raise UserError(
                "Expected `iou_threshold` to be None (the mean over 0.5 to 0.95) or one of "
                f"{', '.join(f'{one:.2f}' for one in THRESHOLDS)}. Received: "
                f"iou_threshold={self.iou_threshold!r}."
            )
        return (int(found[0]),)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean over classes with objects and overlaps; see `Score.formula`."""
        right, wrong, positives = self.tables(counts)
        return mean_defined(self.each(right, wrong, positives), positives > 0)

    def tables(self, counts: Any) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Returns right and wrong detections and objects of the classes that are scored."""
        if self.class_index is not None:
            counts = counts[..., self.class_index : self.class_index + 1, :, :, :]
        return counts[..., :-1, 0], counts[..., :-1, 1], counts[..., -1, 0]

    def each(
        self, right: NDArray[Any], wrong: NDArray[Any], positives: NDArray[Any]
    ) -> NDArray[Any]:
        """Returns the value of each class and overlap.

        Args:
            right: `(..., buckets)` right detections, low scores first.
            wrong: `(..., buckets)` wrong ones.
            positives: `(...)` objects to be found.
        """
        raise NotImplementedError


def mean_defined(values: NDArray[Any], is_defined: NDArray[np.bool_]) -> NDArray[Any]:
    """Returns the mean over the last two axes of what is defined, NaN where nothing is."""
    number = is_defined.sum(axis=(-2, -1))
    total = np.where(is_defined, values, 0.0).sum(axis=(-2, -1))
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def interpolated(
    right: NDArray[Any], wrong: NDArray[Any], positives: NDArray[Any], is_best: bool
) -> NDArray[Any]:
    """Returns average precision at 101 recalls, which interpolates: the best precision from there.

    Scores of a bucket are ties, of which wrong ones come first; or last, for the best that any
    order of them could reach.
    """
    right, wrong = np.cumsum(right[..., ::-1], axis=-1), np.cumsum(wrong[..., ::-1], axis=-1)
    before = wrong
    if is_best:
        before = np.concatenate([np.zeros_like(wrong[..., :1]), wrong[..., :-1]], axis=-1)
    precision = right / (right + before + np.spacing(1))
    recall = right / np.maximum(positives, 1e-12)[..., None]
    best = np.maximum.accumulate(precision[..., ::-1], axis=-1)[..., ::-1]
    reached = np.searchsorted(_RECALLS, recall, side="right")
    return (best * np.diff(reached, prepend=0, axis=-1)).sum(axis=-1) / len(_RECALLS)
