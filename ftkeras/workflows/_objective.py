"""What a task asks of training, as Keras objects."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.task import Labels, Task, sized
from ftkeras.errors import UserError
from ftkeras.metrics import suite
from ftkeras.training.fit import Objective
from ftkeras.training.span_accuracy import SpanAccuracy
from ftkeras.workflows import _kinds, _masks, _monitor, _tag_objective

_STANDARD = {
    "labels": Call("label_cross_entropy"),
    "numbers": Call("squared_error"),
    "relevances": Call("list_cross_entropy"),
    "masks": Call("pixel_cross_entropy"),
    "boxes": Call("focal_boxes"),
    "spans": Call("span_cross_entropy"),
}
"""Kinds of answers whose own loss is a file in `training/losses/`."""


def of_data(config: RunConfig, task: Task, vocabulary: Labels, labels: NDArray[Any]) -> Objective:
    """Returns the objective for a training part.

    Args:
        config: `metrics`, `loss` and `monitor`.
        task: The task.
        vocabulary: What is known of the labels.
        labels: Encoded labels of the training part, before any balancing.
    """
    if task.kind == "tags":
        _kinds.check_loss(task, config.loss)
        return _tag_objective.of_data(config, task, vocabulary, labels)
    names = vocabulary.class_names
    if task.kind == "masks":
        pixels = _masks.loss_sizes(labels, len(names))
        return objective(task, len(names), config.metrics, config.loss, pixels, config.monitor)
    counts = np.bincount(labels, minlength=len(names)).tolist() if task.kind == "classes" else ()
    sizes = counts or vocabulary.spread
    return objective(task, len(names), config.metrics, config.loss, sizes, config.monitor)


def objective(
    task: Task,
    num_classes: int,
    asked: Sequence[Call],
    loss: Call | None = None,
    sizes: Sequence[float] = (),
    monitor: Call | None = None,
) -> Objective:
    """Returns loss, streaming metrics and what chooses the best epoch.

    Args:
        task: The task.
        num_classes: Number of classes, labels or targets.
        asked: Metrics to stream; empty takes those of the task. The one that chooses the best
            epoch is streamed in any case.
        loss: What to minimise instead of the task's own loss. The best epoch is then that of the
            best validation loss, if nothing else is asked for; see `_monitor.chosen`.
        sizes: What a loss must know of the training part: examples of each class, before any
            balancing; for numbers, the standard deviation of each target.
        monitor: What chooses the best epoch instead of the task's own choice.

    Raises:
        UserError: The loss or what chooses is for another kind of answers.
    """
    _kinds.check_loss(task, loss)
    names = [str(call) for call in asked] or list(task.metrics)
    wanted = task.monitor if monitor is None or task.kind == "boxes" else str(monitor)
    if monitor is not None:
        names = [name for name in names if name != wanted]
    if wanted not in (*names, "loss"):
        names.append(wanted)

    def metrics() -> list[keras.metrics.Metric]:
        if task.kind == "spans":
            return [SpanAccuracy("start"), SpanAccuracy("end")]
        if not names:  # what a compiled step cannot judge is judged at the end
            return []
        settings = _masks.METRIC_SETTINGS if task.kind == "masks" else {}
        return suite(task.name, metrics=names, **sized(task.kind, num_classes), **settings)

    made = loss or _STANDARD.get(task.kind)
    maker = None if made is None else _maker(task, made, sizes)
    by = _monitor.chosen(task, monitor, loss)
    if by == _monitor.LOSS or task.kind == "boxes":  # boxes: see `judged_by_boxes`
        return Objective(task.loss, metrics, "val_loss", "min", maker)
    # Two of one name are told apart by what they were given.
    name = by.name if monitor is None else metrics()[-1].name
    return Objective(task.loss, metrics, f"val_{name}", _monitor.direction(by), maker)


def _maker(task: Task, loss: Call, sizes: Sequence[float]) -> Callable[[float], keras.losses.Loss]:
    rule = catalog.build("training/losses", loss)

    def make(label_smoothing: float) -> keras.losses.Loss:
        if label_smoothing and task.kind in ("numbers", "relevances", "boxes"):
            raise UserError(
                "Expected no `label_smoothing`, for the labels of this task are no classes. "
                f"Received: label_smoothing={label_smoothing}. Leave it out."
            )
        return rule(sizes, label_smoothing)

    return make
