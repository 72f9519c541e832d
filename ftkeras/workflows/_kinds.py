"""What cannot be done with answers that are no classes is refused before anything is computed."""

from ftkeras import catalog
from ftkeras.config import RunConfig
from ftkeras.errors import UserError
from ftkeras.workflows import _objective

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


def check(config: RunConfig) -> None:
    """Raises `UserError` if training is asked for what its task's answers cannot have."""
    if config.task is None:
        return
    _objective.check_loss(catalog.build("tasks", config.task), config.loss)
    if config.balance is not None:
        expect_classes(config, f"--balance={config.balance}", "Leave --balance out.")
