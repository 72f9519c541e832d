"""Average recall of detections by the rules of COCO."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import coco_average_recall as score


@keras.saving.register_keras_serializable(package="ftkeras")
class CocoAverageRecall(HostMetric):
    """`scores/coco_average_recall.py` as a Keras metric: formula, range and references there.

    It counts on the host: see `HostMetric`.

    Args:
        num_classes: Number of classes.
        class_index: The one class to score, instead of the mean.
        iou_threshold: One of 0.5, 0.55 ... 0.95; `None` for the mean over all ten.
        area: Size of objects: `"all"`, `"small"`, `"medium"` or `"large"`.
        max_detections: How many detections of a class in an image count, from 1 to 100.
        box_format: `"xyxy"` (left, top, right, bottom) or `"xywh"` (left, top, width, height).
        name: Name in logs.

    Shapes:
        y_true: one dictionary an image: `boxes (n, 4)`, `labels (n,)`; see `Detections`.
        y_pred: one dictionary an image: `boxes (n, 4)`, `labels (n,)`, `scores (n,)`.

    Example:
        >>> metric = CocoAverageRecall()
        >>> true = {"boxes": [[0, 0, 10, 10], [50, 50, 60, 60]], "labels": [0, 0]}
        >>> drawn = {"boxes": [[0, 0, 10, 10]], "labels": [0], "scores": [0.9]}
        >>> metric.update_state([true], [drawn])
        >>> metric.result()
        0.5
    """

    def __init__(
        self,
        num_classes: int = 1,
        class_index: int | None = None,
        iou_threshold: float | None = None,
        area: str = "all",
        max_detections: int = 100,
        box_format: str = "xyxy",
        name: str = "coco_average_recall",
    ) -> None:
        super().__init__(
            score.CocoAverageRecall(
                num_classes, class_index, iou_threshold, area, max_detections, box_format
            ),
            name,
        )
