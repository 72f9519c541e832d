"""The training side of a fine-tune: recipe, parts, and answers of what was trained."""

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.balance import Balanced
from ftkeras.model import build_model
from ftkeras.records.decision import Decision
from ftkeras.records.predictions import Predictions
from ftkeras.training.augmented import Augmentations
from ftkeras.training.checkpoint import Checkpoint
from ftkeras.training.recipe import Part, Recipe, Step
from ftkeras.workflows import (
    _augmentation,
    _balance,
    _balance_effect,
    _course,
    _frozen,
    _judgement,
    _objective,
    _parts,
    _predictions,
    _random_weights,
    _spans,
)
from ftkeras.workflows._box_objective import judged_by_boxes
from ftkeras.workflows._prepared_data import PreparedData


@dataclass(frozen=True)
class TrainingRun:
    """What training needs to know of a run."""

    config: RunConfig
    data: PreparedData
    backbone: Backbone
    course: _course.Course
    balanced: Balanced | None
    augment: Augmentations | None

    @functools.cached_property
    def plain(self) -> dict[str, Part]:
        """The parts with their examples as they are; targets of boxes are dear, so made once."""
        preprocess = self.backbone.preprocess
        return {name: _parts.part(self.data, name, preprocess) for name in self.data.parts}

    @property
    def parts(self) -> dict[str, Part]:
        """The parts, the training part with what is done to its examples."""
        train = dataclasses.replace(self.plain["train"], augment=self.augment)
        return {**self.plain, "train": train}

    def fit(self, recipe: Recipe, log: Path, checkpoint: Checkpoint) -> None:
        """Runs the phases; see `Recipe.fit`."""
        parts = self.parts
        recipe.fit(
            self.course.phases,
            parts["train"],
            parts["validation"],
            seed=seeds.child(self.config.seed, "fit"),
            log=log,
            balanced=self.balanced,
            checkpoint=checkpoint,
            stopping=self.course.stopping,
        )

    def answers(self, recipe: Recipe) -> tuple[Predictions, dict[str, dict[str, float]]]:
        """Returns what the model answers on the judged parts, and what Keras counts there."""
        given = {name: recipe.predict(self.plain[name], name) for name in _judgement.JUDGED}
        model = _predictions.assemble(
            self.data,
            {name: values for name, (values, _) in given.items()},
            preprocess=self.backbone.preprocess,
            with_previews=True,
        )
        return model, {name: logs for name, (_, logs) in given.items()}

    def plain_logits(self, recipe: Recipe) -> NDArray[np.float32] | None:
        """Returns what the same head answers without rules for rare classes, if that is cheap."""

        def make(other: RunConfig) -> Recipe:
            return recipe_of(other, self.data, self.backbone, _silent)

        phases = self.course.phases
        return _balance_effect.plain_logits(self.config, recipe, make, phases, self.parts)

    def from_random_weights(
        self, twin: Backbone, step: Step
    ) -> tuple[dict[str, Predictions], dict[str, Any]]:
        """Trains the same architecture from random weights, on examples as they are."""
        return _random_weights.trained(
            recipe_of(self.config, self.data, twin, step),
            self.data,
            self.plain,
            self.course.phases,
            seeds.child(self.config.seed, "random_twin_fit"),
            self.balanced,
        )

    def analyses(
        self,
        recipe: Recipe,
        model: Predictions,
        plain: NDArray[np.float32] | None,
        decision: Decision | None,
    ) -> dict[str, Any]:
        """Returns what the record says of the recipe and of what was done to the training part."""
        config, data, course = self.config, self.data, self.course
        train, names = data.labels["train"], data.vocabulary.class_names
        return {
            **_balance.record(config.balance, config.loss, self.balanced, train, names),
            **_balance_effect.effect(config, data.task, model, plain, decision),
            **_course.record(config, course, recipe.results),
            **_spans.windows(data, self.backbone.preprocess),
            **_augmentation.record(self.augment, course.phases, len(train)),
        }


def recipe_of(config: RunConfig, data: PreparedData, backbone: Backbone, step: Step) -> Recipe:
    """Returns what trains a head on a backbone as the configuration says.

    Args:
        config: The settings.
        data: The data of the run.
        backbone: What the head is built on.
        step: Starts a step that a person sees.
    """
    model = build_model(
        backbone,
        data.task,
        num_classes=data.num_classes,
        head=config.head,
        tap=config.tap,
        seed=config.seed,
        labels=data.vocabulary,
    )
    objective = _objective.of_data(config, data.task, data.vocabulary, data.labels["train"])
    objective = judged_by_boxes(
        objective, data.task, data.num_classes, backbone.preprocess, config.loss, config.monitor
    )
    jit = _frozen.jit_compile(config)
    return Recipe(model, backbone, _frozen.cache(config, backbone), objective, step, (), jit)


def _silent(name: str, unit: str) -> Callable[..., None]:
    return lambda *told: None
