"""Puts together the record of a run."""

import math
from typing import Any

import keras

from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone
from ftkeras.model import choose_tap
from ftkeras.training.fit import PhaseResult
from ftkeras.training.recipe import Recipe
from ftkeras.workflows import _clock, _versions
from ftkeras.workflows._prepared_data import PreparedData


def settings(config: RunConfig) -> dict[str, Any]:
    """Returns what the record says of how the run was asked for."""
    return {
        "command": f"python -m ftkeras.run --flagfile={config.run_dir / 'run.flags'}",
        "created": _clock.now(),
        "config": config.settings(),
        "versions": _versions.versions(keras.backend.backend()),
    }


def data(prepared: PreparedData, headline: str) -> dict[str, Any]:
    """Returns what the record says of the task, the data and the split."""
    return {
        "task": {
            "name": prepared.task.name,
            "class_names": list(prepared.vocabulary.class_names),
            "headline": headline,
        },
        "data": prepared.record(),
        "split": {
            "rule": prepared.split.rule,
            "seed": prepared.split.seed,
            "digest": prepared.split.digest,
            "counts": {name: len(part) for name, part in prepared.parts.items()},
        },
    }


def training(config: RunConfig, backbone: Backbone, recipe: Recipe) -> dict[str, Any]:
    """Returns what the record says of the backbone and how it was trained."""
    extractor: keras.Model = recipe.model.get_layer("backbone")
    return {
        "backbone": {
            "handle": str(backbone.handle),
            "fingerprint": backbone.fingerprint,
            "parameters": extractor.count_params(),
            "tap": choose_tap(backbone, config.tap, config.head),
            "head": str(config.head),
        },
        "passes": recipe.passes,
        "padding": recipe.padding,
        "phases": [_phase(result) for result in recipe.results],
    }


def streamed(logs: dict[str, dict[str, float]]) -> dict[str, dict[str, float | None]]:
    """Returns what the record says of the metrics that Keras counted: part -> log -> value."""
    return {part: {log: defined(value) for log, value in v.items()} for part, v in logs.items()}


def defined(value: float) -> float | None:
    """Returns the value, or `None` when it is undefined: JSON has no NaN."""
    return None if math.isnan(value) else value


def _phase(result: PhaseResult) -> dict[str, Any]:
    beside = {
        "averaged_epochs": result.averaged or None,
        "learning_rates": result.learning_rates,
    }
    return {
        "phase": str(result.phase),
        "trainable_parameters": result.trainable_parameters,
        "best_epoch": result.best_epoch,
        "seconds": round(result.seconds, 3),
        "history": {name: [defined(v) for v in values] for name, values in result.history.items()},
        **{name: value for name, value in beside.items() if value is not None},
    }
