"""What a task asks of training, as Keras objects."""

from collections.abc import Sequence

import keras

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.contracts.task import Task
from ftkeras.metrics import suite
from ftkeras.training.fit import Objective


def objective(task: Task, num_classes: int, asked: Sequence[Call]) -> Objective:
    """Returns loss, streaming metrics and what chooses the best epoch.

    Args:
        task: The task.
        num_classes: Number of classes.
        asked: Metrics to stream; empty takes those of the task. The one that chooses the best
            epoch is streamed in any case.
    """
    names = [str(call) for call in asked] or list(task.metrics)
    if task.monitor not in names:
        names.append(task.monitor)

    def metrics() -> list[keras.metrics.Metric]:
        return suite(task.name, num_classes=num_classes, metrics=names)

    monitor = call_string.parse(task.monitor).name
    direction = catalog.find("scores", monitor).direction
    return Objective(task.loss, metrics, f"val_{monitor}", direction)
