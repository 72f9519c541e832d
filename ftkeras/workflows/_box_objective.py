"""What chooses the best epoch of a detector."""

import dataclasses
from typing import Any, cast

import keras
from numpy.typing import NDArray

from ftkeras.call_string import Call
from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.task import Task
from ftkeras.tasks.object_detection import ObjectDetection
from ftkeras.training.decoded import Decoded, Read
from ftkeras.training.objective import Objective
from ftkeras.workflows import _monitor

_HEADLINE = "coco_average_precision"


def judged_by_boxes(
    objective: Objective,
    task: Task,
    num_classes: int,
    preprocess: Preprocess,
    loss: Call | None = None,
    monitor: Call | None = None,
) -> Objective:
    """Returns an objective that chooses the epoch by average precision on validation.

    A focal loss on validation rises again while boxes still get better: it minds how sure answers
    are. With a loss that was asked for and nothing else to choose by, and for another kind of
    answers, the objective stays as it is.

    Args:
        objective: Of the task.
        task: The task.
        num_classes: Number of classes.
        preprocess: How the backbone reads pictures.
        loss: The loss that was asked for.
        monitor: What was asked for to choose the epoch by.
    """
    by = monitor or (Call(_HEADLINE) if loss is None else _monitor.LOSS)
    if task.kind != "boxes" or by == _monitor.LOSS:
        return objective

    def metrics() -> list[keras.metrics.Metric]:
        return [_monitor.built(task, by, num_classes)]

    return dataclasses.replace(
        objective,
        monitor=f"val_{metrics()[0].name}",
        direction=_monitor.direction(by),
        decoded=Decoded(metrics, reader(task, num_classes, preprocess)),
    )


def reader(task: Task, num_classes: int, preprocess: Preprocess) -> Read:
    """Returns what reads targets and outputs as boxes in the network's pictures.

    Args:
        task: The task, of boxes.
        num_classes: Number of classes.
        preprocess: How the backbone reads pictures.
    """
    detection = cast(ObjectDetection, task)
    height, width = preprocess.config["size"]

    def read(targets: NDArray[Any], outputs: NDArray[Any]) -> tuple[Any, Any]:
        return detection.seen(targets, outputs, (height, width), num_classes)

    return read
