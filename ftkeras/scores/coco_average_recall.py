"""Average recall of detections by the rules of COCO."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.scores._coco import DetectionScore
from ftkeras.scores.counts.detection_histogram import DetectionHistogram


@dataclass(frozen=True)
class CocoAverageRecall(DetectionScore):
    """Mean over classes and overlaps of objects found / objects to be found.

    Matching as in `CocoAveragePrecision`. AR@10 is `CocoAverageRecall(max_detections=10)`. Range
    [0, 1]; 1 is best. Classes without objects are left out; undefined when none has any.

    Args:
        num_classes: Number of classes.
        class_index: The one class to score, instead of the mean.
        iou_threshold: One of 0.5, 0.55 ... 0.95; `None` for the mean over all ten.
        area: Size of objects: `"all"`, `"small"`, `"medium"` or `"large"`.
        max_detections: How many detections of a class in an image count, from 1 to 100.
        box_format: `"xyxy"` (left, top, right, bottom) or `"xywh"` (left, top, width, height).

    Example:
        >>> true = {"boxes": [[0, 0, 10, 10], [50, 50, 60, 60]], "labels": [0, 0]}
        >>> drawn = {"boxes": [[0, 0, 10, 10], [50, 50, 60, 59.8]], "labels": [0, 0],
        ...          "scores": [0.9, 0.5]}
        >>> CocoAverageRecall()([true], [drawn])
        1.0
        >>> CocoAverageRecall(max_detections=1)([true], [drawn])
        0.5

    References:
        Hosang et al., 2016, TPAMI 38; Lin et al., 2014, ECCV. Checked against pycocotools.
    """

    num_classes: int = 1
    class_index: int | None = None
    iou_threshold: float | None = None
    area: str = "all"
    max_detections: int = 100
    box_format: str = "xyxy"

    @property
    def counts(self) -> DetectionHistogram:
        """Right detections by class and overlap, at all scores together."""
        return DetectionHistogram(
            self.num_classes, self.thresholds, self.area, self.max_detections, num_buckets=1
        )

    def each(
        self, right: NDArray[Any], wrong: NDArray[Any], positives: NDArray[Any]
    ) -> NDArray[Any]:
        """Returns the recall of each class and overlap."""
        return np.asarray(right.sum(axis=-1) / np.maximum(positives, 1e-12))
