"""What validation chooses the best epoch by: what a person asked for, or the task's own."""

from typing import Any

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.score import Score
from ftkeras.contracts.task import Task, sized
from ftkeras.errors import UserError

LOSS = Call("loss")
"""The loss on validation; lower is better."""

_ON_HOST = ("tags", "boxes")
"""Kinds whose answers no compiled step can judge; their scores are counted at the end of epochs."""


def check(config: RunConfig, task: Task) -> None:
    """Raises `UserError` if the metric asked for has no direction, many values, or other inputs.

    What metrics that stream read is checked when they are made, see `_objective`.

    Args:
        config: `monitor`.
        task: The task.
    """
    asked = config.monitor
    if asked is None or asked == LOSS:
        return
    if direction(asked) == "none":
        raise UserError(
            f"Expected a metric of which more, or less, is better. Received: --monitor={asked}, "
            "of which neither is. Choose another, or leave it out."
        )
    if str(asked.arguments.get("average", "")).startswith("per_"):
        raise UserError(
            f"Expected one number to choose the best epoch by. Received: --monitor={asked}, one "
            "for each class. Name one, as in class_index=0, or an average over all."
        )
    own = [call_string.parse(text).name for text in task.scores]
    # Answers to questions are windows put together, which no epoch does.
    known = [] if task.kind == "spans" else own if task.kind in _ON_HOST else None
    if known is not None and asked.name not in [*known, *_streamed(task)]:
        raise UserError(
            f"Expected what --task={task.name} can choose the best epoch by: "
            f"{', '.join([*dict.fromkeys(known), *_streamed(task), 'loss'])}. "
            f"Received: --monitor={asked}. Leave it out."
        )


def chosen(task: Task, monitor: Call | None, loss: Call | None) -> Call:
    """Returns what chooses the best epoch: a metric, or `LOSS`.

    With a loss of the person's own it is that loss, for such logits are not meant as probabilities
    of the data, unless they say otherwise; masks are chosen by their regions, which ask no logit to
    be a probability.

    Args:
        task: The task.
        monitor: What was asked for, if anything.
        loss: The loss that was asked for, if any.
    """
    if monitor is not None:
        own = [call_string.parse(text) for text in task.scores if task.kind in _ON_HOST]
        said = [call.arguments for call in own if call.name == monitor.name]
        # Of tags, the scheme is the task's.
        return Call(monitor.name, {**(said[0] if said else {}), **monitor.arguments})
    if loss is not None and task.kind != "masks":
        return LOSS
    return call_string.parse(task.monitor)


def direction(metric: Call) -> str:
    """Returns which way is better: `"min"`, `"max"`, or `"none"`.

    Args:
        metric: A file in `metrics/`, or `LOSS`.
    """
    return "min" if metric == LOSS else str(catalog.find("scores", metric.name).direction)


def built(task: Task, metric: Call, num_classes: int) -> Any:
    """Returns the Keras metric of a call, with the size of the task's answers.

    Args:
        task: The task.
        metric: A file in `metrics/`.
        num_classes: Number of classes, labels or targets.
    """
    accepted = catalog.parameters("metrics", metric.name)
    size = {**sized(task.kind, num_classes)}
    if task.kind == "boxes":
        size = {"num_classes": num_classes}
    given = {key: value for key, value in size.items() if key in accepted}
    return catalog.build("metrics", Call(metric.name, {**given, **metric.arguments}))


def score(task: Task, monitor: Call | None, num_classes: int) -> Score | None:
    """Returns the score of what was asked for; `None` where the task's own judges whole answers.

    That is so where nothing was asked for, of the loss, and of single tags, for what is compared
    are texts with all of their tags.

    Args:
        task: The task.
        monitor: What was asked for, if anything.
        num_classes: Number of classes, labels or targets.
    """
    if monitor is None or monitor == LOSS:
        return None
    if task.kind in _ON_HOST and monitor.name in _streamed(task):
        return None
    found: Score = built(task, chosen(task, monitor, None), num_classes).score
    return found


def _streamed(task: Task) -> list[str]:
    """Metrics of steps that a task has beside those of the host."""
    return [call_string.parse(text).name for text in task.metrics]
