"""What a run does to its training examples, what that costs, and what the record says of it."""

from collections.abc import Sequence
from typing import Any

from ftkeras import catalog, seeds
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.augmentation import Mixing
from ftkeras.contracts.phase import Phase
from ftkeras.contracts.task import BY_POSITION, OBJECTS, OVER_PICTURES
from ftkeras.errors import UserError
from ftkeras.message import joined, message
from ftkeras.training import augmented
from ftkeras.training.augmented import Augmentations


def check(config: RunConfig) -> None:
    """Raises `UserError`, before any work, if the labels would not be those of what is seen."""
    kind = catalog.find("tasks", config.task.name).kind if config.task else "classes"
    for call in config.augment:
        try:
            step = catalog.build("data/augmentation", call)
        except UserError as error:
            raise UserError(f"--augment: {error}") from None
        _check_places(config, call, kind)
        if isinstance(step, Mixing) and kind != "classes":
            raise UserError(
                f"Expected a task of one label among classes for --augment={call}, which makes "
                f"labels shares of classes. Received: --task={config.task}. Leave it out."
            )


def _check_places(config: RunConfig, call: Call, kind: str) -> None:
    """Labels that stand at words, pixels or places would stay where they are."""
    if kind not in (*BY_POSITION, *OBJECTS):
        return
    room = "data/augmentation"
    allowed = ["KEEPS_PLACES", *(["MOVES_PLACES"] if kind in OVER_PICTURES else [])]
    fitting = [
        name
        for name in catalog.names(room)
        if any(catalog.constant(room, name, constant) for constant in allowed)
    ]
    if call.name not in fitting:
        raise UserError(
            f"Expected an augmentation that {_harmless(kind)} for --task={config.task}, whose "
            f"answers are {kind}. Received: --augment={call}. Of pictures, take one of: "
            f"{', '.join(fitting)}; else leave it out."
        )


def _harmless(kind: str) -> str:
    return f"moves {kind} with their pictures" if kind in OVER_PICTURES else "moves nothing"


def of(config: RunConfig, num_classes: int, modality: str) -> Augmentations | None:
    """Returns what is done to training examples; `None` when nothing is.

    Args:
        config: `augment`, `views` and `seed`.
        num_classes: Number of classes.
        modality: What an input is.

    Raises:
        UserError: An augmentation is for another kind of data.
    """
    if not config.augment:
        return None
    augmented.check(config.augment, modality)
    seed = seeds.child(config.seed, "augmentation")
    return Augmentations(config.augment, config.views, seed, num_classes)


def told(augment: Augmentations | None, phases: Sequence[Phase], examples: int) -> str:
    """Returns in words what augmentation costs; empty when there is none.

    Args:
        augment: What is done.
        phases: The recipe.
        examples: Training examples.
    """
    if augment is None:
        return ""
    thaws = any(phase.freezing.name != "linear_probe" for phase in phases)
    kept = message(
        "Augmentation: {views} views of each training example pass the frozen backbone, "
        "{passes:,} passes instead of {examples:,}, once, for they are kept.",
        views=augment.views,
        passes=augment.views * examples,
        examples=examples,
    )
    new = message(
        "Thawed phases take new views in every epoch: each is encoded anew and passes the whole "
        "backbone, and no hidden states are kept."
    )
    return joined([kept, *([new] if thaws else [])], " ")


def record(augment: Augmentations | None, phases: Sequence[Phase], examples: int) -> dict[str, Any]:
    """Returns what the record says of it, as `analyses`; empty when nothing was done."""
    if augment is None:
        return {}
    return {
        "augmentation": {
            "steps": [str(call) for call in augment.calls],
            "views": augment.views,
            "soft_labels": augment.soft,
            "cost": told(augment, phases, examples),
        }
    }
