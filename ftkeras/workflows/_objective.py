"""What a task asks of training, as Keras objects."""

from collections.abc import Sequence

import keras

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.contracts.task import Task
from ftkeras.training.fit import Objective
from ftkeras.workflows import _judgement


def objective(task: Task, num_classes: int, asked: Sequence[Call]) -> Objective:
    """Returns loss, streaming metrics and what chooses the best epoch.

    Args:
        task: The task.
        num_classes: Number of classes.
        asked: Metrics to stream; empty takes those of the task. The one that chooses the best
            epoch is streamed in any case.
    """
    calls = list(asked) or [call_string.parse(text) for text in task.metrics]
    monitor = call_string.parse(task.monitor)
    if monitor.name not in [call.name for call in calls]:
        calls.append(monitor)
    calls = [_judgement.with_classes("metrics", call, num_classes) for call in calls]

    def metrics() -> list[keras.metrics.Metric]:
        return [catalog.build("metrics", call) for call in calls]

    chooser = next(metric for metric in metrics() if metric.name == monitor.name)
    return Objective(task.loss, metrics, f"val_{monitor.name}", chooser.direction)
