"""What chooses the best epoch of a detector."""

import dataclasses
from typing import Any, cast

import keras
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.task import Task
from ftkeras.tasks.object_detection import ObjectDetection
from ftkeras.training.decoded import Decoded
from ftkeras.training.objective import Objective

_HEADLINE = "coco_average_precision"


def judged_by_boxes(
    objective: Objective,
    task: Task,
    num_classes: int,
    preprocess: Preprocess,
    loss: Call | None = None,
) -> Objective:
    """Returns an objective that chooses the epoch by average precision on validation.

    A focal loss on validation rises again while boxes still get better: it minds how sure answers
    are. With a loss that was asked for, or another kind of answers, the objective stays as it is.

    Args:
        objective: Of the task.
        task: The task.
        num_classes: Number of classes.
        preprocess: How the backbone reads pictures.
        loss: The loss that was asked for.
    """
    if task.kind != "boxes" or loss is not None:
        return objective
    detection = cast(ObjectDetection, task)
    height, width = preprocess.config["size"]

    def metrics() -> list[keras.metrics.Metric]:
        return [catalog.build("metrics", Call(_HEADLINE, {"num_classes": num_classes}))]

    def read(targets: NDArray[Any], outputs: NDArray[Any]) -> tuple[Any, Any]:
        return detection.seen(targets, outputs, (height, width), num_classes)

    return dataclasses.replace(
        objective,
        monitor=f"val_{_HEADLINE}",
        direction="max",
        decoded=Decoded(metrics, read),
    )
