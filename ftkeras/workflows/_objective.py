"""What a task asks of training, as Keras objects."""

from collections.abc import Callable, Sequence

import keras

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.contracts.task import Task
from ftkeras.errors import UserError
from ftkeras.metrics import suite
from ftkeras.training.fit import Objective

_WITH_CLASSES = ("binary", "multiclass")


def objective(
    task: Task,
    num_classes: int,
    asked: Sequence[Call],
    loss: Call | None = None,
    class_counts: Sequence[int] = (),
) -> Objective:
    """Returns loss, streaming metrics and what chooses the best epoch.

    Args:
        task: The task.
        num_classes: Number of classes.
        asked: Metrics to stream; empty takes those of the task. The one that chooses the best
            epoch is streamed in any case.
        loss: What to minimise instead of the task's own loss. The best epoch is then that of the
            best validation loss: such logits are not meant to be probabilities of the data.
        class_counts: Training examples of each class, before any balancing.

    Raises:
        UserError: The task has no classes for the loss.
    """
    names = [str(call) for call in asked] or list(task.metrics)
    if task.monitor not in names:
        names.append(task.monitor)

    def metrics() -> list[keras.metrics.Metric]:
        return suite(task.name, num_classes=num_classes, metrics=names)

    if loss is not None:
        return Objective(task.loss, metrics, "val_loss", "min", _maker(task, loss, class_counts))
    monitor = call_string.parse(task.monitor).name
    direction = catalog.find("scores", monitor).direction
    return Objective(task.loss, metrics, f"val_{monitor}", direction)


def _maker(
    task: Task, loss: Call, class_counts: Sequence[int]
) -> Callable[[float], keras.losses.Loss]:
    if task.name not in _WITH_CLASSES:
        raise UserError(
            f"Expected a task of one label among classes ({', '.join(_WITH_CLASSES)}) for "
            f"--loss={loss}. Received: --task={task.name}. Leave --loss out."
        )
    rule = catalog.build("training/losses", loss)
    return lambda label_smoothing: rule(class_counts, label_smoothing)
