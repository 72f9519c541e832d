"""What cannot be done with answers that are no classes is refused before anything is computed."""

from collections.abc import Sequence

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.task import BY_POSITION, OVER_PICTURES, Task
from ftkeras.errors import UserError
from ftkeras.workflows import _masks, _monitor, _spans

PROBES = {
    "classes": "features_logistic_regression",
    "labels": "features_logistic_regression",
    "numbers": "features_ridge",
}
"""The baseline that is a linear probe on frozen features, by kind of answers."""


def kind_of(config: RunConfig) -> str:
    """Returns what the task answers with, of `contracts.task.KINDS`; classes without a task."""
    if config.task is None:
        return "classes"
    kind: str = catalog.find("tasks", config.task.name).kind
    return kind


def expect_classes(config: RunConfig, what: str, instead: str) -> None:
    """Raises `UserError` unless the task answers with one class of several.

    Args:
        config: The settings.
        what: What asks for it, as a person wrote it.
        instead: What to do, as a sentence.
    """
    kind = kind_of(config)
    if kind != "classes":
        raise UserError(
            f"Expected --task=binary or --task=multiclass with {what}. Received: "
            f"--task={config.task}, which answers with {kind}. {instead}"
        )


def expect(config: RunConfig, what: str, kinds: Sequence[str], instead: str) -> None:
    """Raises `UserError` unless the task answers with one of several kinds.

    Args:
        config: The settings.
        what: What asks for it, as a person wrote it.
        kinds: Kinds for which it is made, of `contracts.task.KINDS`.
        instead: What to do, as a sentence.
    """
    kind = kind_of(config)
    if kind not in kinds:
        raise UserError(
            f"Expected a task that answers with {', '.join(kinds)} for {what}. Received: "
            f"--task={config.task}, which answers with {kind}. {instead}"
        )


def check(config: RunConfig) -> None:
    """Raises `UserError` if training is asked for what its task's answers cannot have."""
    if config.task is None:
        return
    kind = kind_of(config)
    task = catalog.build("tasks", config.task)
    check_loss(task, config.loss)
    _monitor.check(config, task)
    _check_head(config, kind)
    _masks.check(config, kind)
    _spans.check(config, kind)
    _check_anchors(config, kind)
    _check_fit(config, kind)
    if config.random_twin and config.random_twin != "trained" and kind not in PROBES:
        raise UserError(
            f"Expected --random_twin=trained with --task={config.task}, for there is no linear "
            f"probe for {kind}. Received: --random_twin. Say =trained, or leave it out."
        )
    if config.balance is not None:
        expect_classes(config, f"--balance={config.balance}", "Leave --balance out.")


def _check_head(config: RunConfig, kind: str) -> None:
    """Raises `UserError` if there is no answer for each position where there must be one."""
    fitting = [n for n in catalog.names("heads") if catalog.constant("heads", n, "BY_POSITION")]
    each = "word" if kind == "tags" else "document"
    if kind in BY_POSITION and config.head.name not in fitting:
        raise UserError(
            f"Expected a head that answers for each {each}: {', '.join(fitting)}. Received: "
            f"--head={config.head} for --task={config.task}. Leave --head out."
        )
    if kind in BY_POSITION and config.tap not in (None, "sequence"):
        raise UserError(
            f"Expected the vectors of all {each}s for --task={config.task}. Received: "
            f"--tap={config.tap}. Leave --tap out."
        )


def _check_anchors(config: RunConfig, kind: str) -> None:
    """Raises `UserError` if boxes would be answered by a head that knows none."""
    fitting = [n for n in catalog.names("heads") if catalog.constant("heads", n, "BY_ANCHOR")]
    if kind == "boxes" and config.head.name not in fitting:
        raise UserError(
            f"Expected a head that answers with boxes: {', '.join(fitting)}. Received: "
            f"--head={config.head} for --task={config.task}. Leave --head out."
        )
    if kind == "boxes" and config.tap not in (None, "pyramid"):
        raise UserError(
            f"Expected the maps of all levels for --task={config.task}. Received: "
            f"--tap={config.tap}. Leave --tap out."
        )


def _check_fit(config: RunConfig, kind: str) -> None:
    """Raises `UserError` if a part of each picture would be cut off and answered unseen."""
    if kind not in OVER_PICTURES or config.backbone is None:
        return
    if config.backbone.options.get("fit") == "crop":
        raise UserError(
            f"Expected all of each picture to be seen with --task={config.task}, for places that "
            "are cut off could not be answered. Received: fit='crop' in "
            f"--backbone={config.backbone}. Say fit='pad', or leave it out: pictures are then "
            "stretched."
        )


def check_loss(task: Task, loss: Call | None) -> None:
    """Raises `UserError` if a loss is for another kind of answers than the task's."""
    if loss is None or task.kind in _kinds(loss.name):
        return
    fitting = [name for name in catalog.names("training/losses") if task.kind in _kinds(name)]
    advice = f" or take one of: {', '.join(fitting)}" if fitting else ""
    raise UserError(
        f"Expected a loss for {task.kind}, which --task={task.name} answers with. Received: "
        f"--loss={loss}, which is for {' and '.join(_kinds(loss.name))}. Leave --loss out{advice}."
    )


def _kinds(loss: str) -> Sequence[str]:
    return catalog.constant("training/losses", loss, "KINDS") or ("classes",)
