"""The same architecture with random weights, as rungs of the ladder: what pretraining brings."""

from collections.abc import Sequence
from typing import Any

from ftkeras import seeds
from ftkeras.backbones import random_twin
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.balance import Balanced
from ftkeras.contracts.phase import Phase
from ftkeras.errors import UserError
from ftkeras.records.predictions import Predictions
from ftkeras.training.recipe import Part, Recipe, Step
from ftkeras.workflows import _baselines, _frozen, _judgement, _kinds, _predictions
from ftkeras.workflows._prepared_data import PreparedData

PROBE = "random_weights_probe"
TRAINED = "random_weights_trained"
_MOST_EPOCHS = 20
# For AdamW with warm-up: transformers as well as convolutions learn at it from nothing.
_RATE = 3e-4
_WARMUP = 0.1
_CLIP_NORM = 1.0


def twin(config: RunConfig, backbone: Backbone) -> Backbone | None:
    """Returns the same architecture as it was before pretraining; `None` if not asked for.

    Args:
        config: `random_twin`.
        backbone: The pretrained backbone; it stays as it is.

    Raises:
        UserError: It is to be trained, and none of its weights can be.
    """
    if not config.random_twin:
        return None
    if config.random_twin == "trained" and not backbone.blocks:
        raise UserError(
            "Expected a backbone whose weights can train with --random_twin=trained. Received: "
            f"--backbone={backbone.handle}, which can only be used frozen. Give --random_twin."
        )
    return random_twin(backbone, seeds.child(config.seed, "random_twin"))


def probe(
    config: RunConfig, data: PreparedData, backbone: Backbone | None, step: Step
) -> dict[str, Predictions]:
    """Returns a linear probe on random weights that stay as they are; nothing without a twin.

    Args:
        config: The settings.
        data: The data of the run.
        backbone: What `twin` gave.
        step: Called with a name and a unit when something long begins.
    """
    if backbone is None or data.task.kind not in _kinds.PROBES:
        return {}
    features = _frozen.features(_frozen.cache(config, backbone), data.parts, step)
    found = _baselines.on_features(data, features, config.seed, step)
    return {PROBE: found[_kinds.PROBES[data.task.kind]]}


def from_scratch(phases: Sequence[Phase]) -> Phase:
    """Returns the one phase that trains random weights in place of a recipe for pretrained ones.

    It thaws everything for as many epochs as the recipe has in all, at most 20, in batches of the
    same size. The rate is its own: one for pretrained weights would be too small.

    Example:
        >>> recipe = [Phase(Call("linear_probe"), epochs=4), Phase(Call("everything"), epochs=3)]
        >>> phase = from_scratch(recipe)
        >>> str(phase.freezing), phase.epochs, phase.learning_rate
        ('everything', 7, 0.0003)
    """
    last = phases[-1]
    return Phase(
        freezing=Call("everything"),
        epochs=min(_MOST_EPOCHS, sum(phase.epochs for phase in phases)),
        learning_rate=_RATE,
        batch_size=last.batch_size,
        schedule="linear",
        warmup=_WARMUP,
        clip_norm=_CLIP_NORM,
        accumulate=last.accumulate,
        label_smoothing=last.label_smoothing,
    )


def trained(
    recipe: Recipe,
    data: PreparedData,
    parts: dict[str, Part],
    phases: Sequence[Phase],
    seed: int,
    balanced: Balanced | None = None,
) -> tuple[dict[str, Predictions], dict[str, Any]]:
    """Trains random weights end to end; returns their answers, and what it took as JSON.

    The second says `phase`, `epochs`, `epochs_of_recipe`, `best_epoch`, `still_improving` (whether
    validation liked the last epoch best, so that longer training may bring more),
    `trained_parameters` and `seconds`.

    Args:
        recipe: A recipe over the twin, from which nothing was run.
        data: The data of the run.
        parts: Part -> its examples.
        phases: The recipe of the pretrained backbone.
        seed: Seed of data order and dropout.
        balanced: Which training examples are used, and how much each counts.
    """
    phase = from_scratch(phases)
    recipe.fit([phase], parts["train"], parts["validation"], seed=seed, log=None, balanced=balanced)
    (result,) = recipe.results
    logits = {name: recipe.predict(parts[name], name)[0] for name in _judgement.JUDGED}
    about = {
        "phase": str(phase),
        "epochs": phase.epochs,
        "epochs_of_recipe": sum(each.epochs for each in phases),
        "best_epoch": result.best_epoch,
        "still_improving": result.best_epoch == phase.epochs,
        "trained_parameters": result.trainable_parameters,
        "seconds": round(result.seconds, 3),
    }
    preprocess = recipe.backbone.preprocess
    return {TRAINED: _predictions.assemble(data, logits, preprocess=preprocess)}, about
