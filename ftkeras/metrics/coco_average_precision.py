"""Average precision of detections by the rules of COCO: mAP."""

import keras

from ftkeras.metrics._host_metric import HostMetric
from ftkeras.scores import coco_average_precision as score


@keras.saving.register_keras_serializable(package="ftkeras")
class CocoAveragePrecision(HostMetric):
    """`scores/coco_average_precision.py` as a Keras metric: formula, range and references there.

    It counts on the host: see `HostMetric`.

    Args:
        num_classes: Number of classes.
        class_index: The one class to score, instead of the mean.
        iou_threshold: One of 0.5, 0.55 ... 0.95; `None` for the mean over all ten.
        area: Size of objects: `"all"`, `"small"` (below 32 x 32 pixels), `"medium"` or `"large"`
            (above 96 x 96).
        box_format: `"xyxy"` (left, top, right, bottom) or `"xywh"` (left, top, width, height).
        num_buckets: Buckets of scores while streaming, a power of two from 64.
        name: Name in logs.

    Shapes:
        y_true: one dictionary an image: `boxes (n, 4)`, `labels (n,)`; see `Detections`.
        y_pred: one dictionary an image: `boxes (n, 4)`, `labels (n,)`, `scores (n,)`.

    Example:
        >>> metric = CocoAveragePrecision()
        >>> true = {"boxes": [[0, 0, 10, 10]], "labels": [0]}
        >>> metric.update_state([true], [{**true, "scores": [0.9]}])
        >>> round(metric.result(), 6)
        1.0
    """

    def __init__(
        self,
        num_classes: int = 1,
        class_index: int | None = None,
        iou_threshold: float | None = None,
        area: str = "all",
        box_format: str = "xyxy",
        num_buckets: int = 2048,
        name: str = "coco_average_precision",
    ) -> None:
        super().__init__(
            score.CocoAveragePrecision(
                num_classes, class_index, iou_threshold, area, box_format, num_buckets
            ),
            name,
        )
