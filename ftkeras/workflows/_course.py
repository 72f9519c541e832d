"""The phases of a run: those that were given, or those that a recipe writes itself."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ftkeras import catalog
from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.phase import Phase
from ftkeras.report import language, recipe_words
from ftkeras.training.fit import PhaseResult
from ftkeras.training.stopping import StopWithoutGain
from ftkeras.workflows import _box_objective, _masks, _tags, _trial
from ftkeras.workflows._prepared_data import PreparedData


@dataclass(frozen=True)
class Course:
    """What training will do, or do at most.

    Args:
        phases: In order.
        stopping: What may end it after any phase but the first; `None` runs all of them.
        blocks: How many blocks the backbone has.
    """

    phases: tuple[Phase, ...]
    stopping: StopWithoutGain | None
    blocks: int


def check(config: RunConfig) -> None:
    """Raises `UserError` before anything is read, if the recipe's settings are wrong."""
    if config.recipe is not None:
        catalog.build("training/recipes", config.recipe)


def of(config: RunConfig, backbone: Backbone, data: PreparedData) -> Course:
    """Returns the phases of a run.

    Args:
        config: The settings.
        backbone: Its blocks decide how far a recipe can go.
        data: The task decides what a recipe compares by.
    """
    blocks = len(backbone.blocks)
    if config.recipe is None:
        return Course(config.phases, None, blocks)
    recipe = catalog.build("training/recipes", config.recipe)
    score = _trial.choosing_score(config, data)
    stopping = StopWithoutGain(score, float(recipe.level))
    if data.task.kind == "tags":
        read = _tags.reader(data.task, data.vocabulary.class_names)
        stopping = dataclasses.replace(stopping, read=read)
    if data.task.kind == "masks":
        stopping = dataclasses.replace(stopping, read=_masks.at_network_size)
    if data.task.kind == "boxes":
        read = _box_objective.reader(data.task, data.num_classes, backbone.preprocess)
        stopping = dataclasses.replace(stopping, read=read)
    return Course(tuple(recipe.phases(blocks)), stopping, blocks)


def record(
    config: RunConfig, course: Course, results: Sequence[PhaseResult]
) -> dict[str, dict[str, Any]]:
    """Returns what the record says of a recipe that ended by itself; nothing where none did.

    Args:
        config: The settings.
        course: What it might have done.
        results: What it did.

    Returns:
        `recipe`: `name`, `level`, `reason` (`no_gain`, `undefined`, `all_blocks`, `budget` or
        `no_blocks`), `looks` (one a stage: `freezing` and the fields of `training.stopping.Look`),
        and `words`, the same in English.
    """
    if course.stopping is None:
        return {}
    looks = [
        {"freezing": str(result.phase.freezing), **result.look}
        for result in results
        if result.look is not None
    ]
    found = {
        "name": str(config.recipe),
        "level": course.stopping.level,
        "reason": _reason(course, looks),
        "looks": looks,
    }
    with language.using("en"):
        found["words"] = recipe_words.why(found)
    return {"recipe": found}


def _reason(course: Course, looks: list[dict[str, Any]]) -> str:
    if not course.blocks:
        return "no_blocks"
    if looks and not looks[-1]["goes_on"]:
        return "undefined" if looks[-1]["problem"] else "no_gain"
    widest = course.phases[-1].freezing.arguments.get("count", 0)
    return "all_blocks" if widest >= course.blocks else "budget"
