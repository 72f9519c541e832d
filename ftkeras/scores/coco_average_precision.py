"""Average precision of detections by the rules of COCO: mAP."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.scores._coco import DetectionScore, interpolated, mean_defined
from ftkeras.scores.counts.detection_histogram import DetectionHistogram


@dataclass(frozen=True)
class CocoAveragePrecision(DetectionScore):
    """Mean over classes and overlaps of the precision at 101 recalls.

    Detections of a class, from all images, are ordered by score. Each is right when it overlaps a
    free object of its class by at least the threshold (intersection / union), wrong otherwise;
    crowds, and objects and boxes of another size than asked for, are neither. The precision at a
    recall is the best one from there on. AP is `CocoAveragePrecision()`, AP50
    `CocoAveragePrecision(iou_threshold=0.5)`, AP of small objects `CocoAveragePrecision(
    area="small")`. Range [0, 1]; 1 is best. Classes without objects are left out; undefined when
    none has any.

    Taking the best precision from a recall on makes the value run high where images are few: by
    half a standard error with some hundred objects of a class. Intervals do not take that away.

    Equal scores are ties that no order of images decides: wrong ones are taken first, so that the
    value is the lowest that any order gives (pycocotools takes images in order). On disk all scores
    are told apart; a stream counts in buckets, with a certified bound.

    Args:
        num_classes: Number of classes.
        class_index: The one class to score, instead of the mean.
        iou_threshold: One of 0.5, 0.55 ... 0.95; `None` for the mean over all ten.
        area: Size of objects: `"all"`, `"small"` (below 32 x 32 pixels), `"medium"` or `"large"`
            (above 96 x 96).
        box_format: `"xyxy"` (left, top, right, bottom) or `"xywh"` (left, top, width, height).
        num_buckets: Buckets of scores while streaming, a power of two from 64.

    Example:
        >>> true = {"boxes": [[0, 0, 10, 10], [50, 50, 60, 60]], "labels": [0, 0]}
        >>> drawn = {"boxes": [[0, 0, 10, 10], [20, 20, 30, 30]], "labels": [0, 0],
        ...          "scores": [0.9, 0.5]}
        >>> round(CocoAveragePrecision()([true], [drawn]), 4)
        0.505

    References:
        Lin et al., 2014, Microsoft COCO, ECCV. Checked against pycocotools.
    """

    num_classes: int = 1
    class_index: int | None = None
    iou_threshold: float | None = None
    area: str = "all"
    box_format: str = "xyxy"
    num_buckets: int = 2048

    @property
    def counts(self) -> DetectionHistogram:
        """Right and wrong detections by class, overlap and score."""
        return DetectionHistogram(
            self.num_classes, self.thresholds, self.area, num_buckets=self.num_buckets
        )

    def each(
        self, right: NDArray[Any], wrong: NDArray[Any], positives: NDArray[Any]
    ) -> NDArray[Any]:
        """Returns the average precision of each class and overlap."""
        return interpolated(right, wrong, positives, is_best=False)

    def error_bound(self, counts: Any, xp: ModuleType) -> Any:
        """Returns how much better the best order within buckets would be than the worst."""
        right, wrong, positives = self.tables(counts)
        best = interpolated(right, wrong, positives, is_best=True)
        worst = interpolated(right, wrong, positives, is_best=False)
        return mean_defined(np.asarray(best - worst), positives > 0)
