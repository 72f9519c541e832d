"""What training of tags minimises, streams, and chooses by."""

from collections.abc import Sequence
from typing import Any

import keras
from numpy.typing import NDArray

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.task import Labels, Task
from ftkeras.metrics import suite
from ftkeras.metrics._host_metric import HostMetric
from ftkeras.training.decoded import Decoded
from ftkeras.training.objective import Objective
from ftkeras.workflows import _monitor, _tags

_PADDING = -1


def of_data(config: RunConfig, task: Task, vocabulary: Labels, labels: NDArray[Any]) -> Objective:
    """Returns the objective: every word counts alike, and entities are counted at epoch end.

    Args:
        config: `metrics`, `loss` and `monitor`.
        task: The task.
        vocabulary: Names of the tags.
        labels: Encoded labels of the training part.
    """
    rule = catalog.build("training/losses", config.loss or Call("tag_cross_entropy"))
    words = float((labels >= 0).sum(axis=1).mean())
    of_step, of_epoch = _sorted(config.metrics or _own(task))
    by = _monitor.chosen(task, config.monitor, config.loss)
    wanted = call_string.parse(task.monitor) if by == _monitor.LOSS else by
    if config.monitor is not None or not any(call.name == wanted.name for call in of_epoch):
        more = _sorted([wanted])
        of_step, of_epoch = (
            [*(call for call in calls if call.name != wanted.name), *further]
            for calls, further in zip((of_step, of_epoch), more, strict=True)
        )
    decoded = Decoded(
        lambda: [catalog.build("metrics", call) for call in of_epoch],
        _tags.reader(task, vocabulary.class_names),
    )
    return Objective(
        loss=task.loss,
        metrics=lambda: _streamed(task, of_step, len(vocabulary.class_names)),
        monitor=f"val_{by.arguments.get('name', by.name)}",
        direction=_monitor.direction(by),
        make_loss=lambda label_smoothing: rule((words,), label_smoothing),
        decoded=decoded,
    )


def _own(task: Task) -> list[Call]:
    return [call_string.parse(text) for text in (*task.metrics, *task.scores)]


def _sorted(calls: Sequence[Call]) -> tuple[list[Call], list[Call]]:
    """Metrics that count in compiled steps, and those that read answers on the host."""
    on_host = [issubclass(catalog.find("metrics", call.name), HostMetric) for call in calls]
    pairs = list(zip(calls, on_host, strict=True))
    return [call for call, host in pairs if not host], [call for call, host in pairs if host]


def _streamed(task: Task, calls: Sequence[Call], tags: int) -> list[keras.metrics.Metric]:
    if not calls:
        return []
    return suite(task.name, tags, list(map(str, calls)), ignore_label=_PADDING)
