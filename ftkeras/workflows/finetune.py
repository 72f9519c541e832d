"""From one flagfile to a judged, reported, reloadable fine-tuned model."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone
from ftkeras.model import build_model
from ftkeras.records import atomic, flagfile, split_table
from ftkeras.records.decision import Decision
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import Comparison, Measurement, RunRecord
from ftkeras.report import html, model_card, terminal
from ftkeras.training.recipe import Part, Recipe, Step
from ftkeras.workflows import (
    _analyses,
    _augmentation,
    _balance,
    _balance_effect,
    _baselines,
    _clock,
    _course,
    _decision,
    _frozen,
    _judgement,
    _kinds,
    _learning_curve,
    _objective,
    _predictions,
    _random_weights,
    _record,
    _resume,
    _source,
    _weak_groups,
    _weight_change,
)
from ftkeras.workflows._prepared_data import PreparedData, prepare

REQUIRED = ("backbone", "task", "data", "run_dir")


def finetune(config: RunConfig) -> RunRecord:
    """Fine-tunes a backbone and judges the result.

    Reads and splits the data, fits the recipe's phases (frozen ones on cached features), predicts
    validation and test once each, measures model and baselines, and writes the run directory. The
    directory appears whole or not at all: an earlier run in it stays until this one is done. With
    `random_twin` the same architecture with random weights is one more baseline: as a probe on
    them, and if it says `"trained"` also trained end to end.

    Args:
        config: The settings, from `RunConfig.read` or a flagfile.

    Returns:
        The record that stands in `<run_dir>/record.json`.

    Raises:
        UserError: Settings, data or backbone are not as they must be.
    """
    _decision.check(config)
    _course.check(config)
    _kinds.check(config)
    _augmentation.check(config)
    with terminal.progress() as progress, atomic.replacing_directory(config.run_dir) as directory:
        stopwatch = _clock.Stopwatch()
        with stopwatch("data"):
            data = prepare(config)
            _source.write_quarantine(config, data.rejected, directory)
            for finding in data.findings:
                if finding.severity == "warning":
                    progress.say(f"Warning: {finding.message} {finding.action}")
        with stopwatch("baselines"):
            baselines = _baselines.predict(data, config.seed, progress.step)
        with stopwatch("loading"):
            train_part = data.parts["train"]
            backbone = _frozen.load(config, train_part.modality, train=train_part)
            recipe = _recipe(config, data, backbone, progress.step)
        with stopwatch("features"):
            # Before training: what moves the backbone's weights moves its features.
            features = {name: recipe.features(_part(data, name), name) for name in data.parts}
            rungs, curve = _on_features(config, data, features, progress.step)
            twin = _random_weights.twin(config, backbone)
            rungs |= _random_weights.probe(config, data, twin, progress.step)
            course = _course.of(config, backbone, data)
            before = _weight_change.snapshot(backbone, course.phases)
        with stopwatch("training"):
            train = data.labels["train"]
            balanced = _balance.balanced(config.balance, train, data.num_classes, config.seed)
            augment = _augmentation.of(config, data.num_classes, data.parts["train"].modality)
            if augment is not None:
                progress.say(_augmentation.told(augment, course.phases, len(train)))
            with _resume.going_on(config, backbone, data) as checkpoint:
                checkpoint.spent = stopwatch.so_far
                recipe.fit(
                    course.phases,
                    dataclasses.replace(_part(data, "train"), augment=augment),
                    _part(data, "validation"),
                    seed=seeds.child(config.seed, "fit"),
                    log=directory / "metrics.jsonl",
                    balanced=balanced,
                    checkpoint=checkpoint,
                    stopping=course.stopping,
                )
        stopwatch.add(checkpoint.spent_before)
        with stopwatch("prediction"):
            answers = {name: recipe.predict(_part(data, name), name) for name in _judgement.JUDGED}
            logits = {name: values for name, (values, _) in answers.items()}
            model = _predictions.assemble(data, logits, with_previews=True)
            plain = _balance_effect.plain_logits(
                config,
                recipe,
                lambda other: _recipe(other, data, backbone, _silent),
                course.phases,
                {
                    **{name: _part(data, name) for name in data.parts},
                    "train": dataclasses.replace(_part(data, "train"), augment=augment),
                },
            )
            progress.say(_passes(recipe))
        scratch = None
        if twin is not None and config.random_twin == "trained":
            with stopwatch("random_twin"):
                answered, scratch = _random_weights.trained(
                    _recipe(config, data, twin, progress.step),
                    data,
                    {name: _part(data, name) for name in data.parts},
                    course.phases,
                    seeds.child(config.seed, "random_twin_fit"),
                    balanced,
                )
                rungs |= answered
        with stopwatch("judgement"):
            models = {"model": model, **dict(sorted({**baselines, **rungs}.items()))}
            decision = _decision.decide(config, model, data.task)
            judged = _judged(config, data, models, decision)
            groups = _weak_groups.weak_groups(
                model, data.task, features, data.parts["validation"], config.seed
            )
            moved = _weight_change.weight_change(
                backbone, before, config.tap, data.parts["validation"].inputs, features
            )
        record = RunRecord(
            **_record.settings(config),
            **_record.data(data, data.task.scores[0]),
            **_record.training(config, backbone, recipe),
            measurements=judged.measurements,
            comparisons=judged.comparisons,
            streamed=_record.streamed({name: logs for name, (_, logs) in answers.items()}),
            test_reads=[{"time": _clock.now(), "reason": "finetune: final evaluation"}],
            seconds=stopwatch.seconds,
            analyses={
                **_balance.record(
                    config.balance,
                    config.loss,
                    balanced,
                    data.labels["train"],
                    data.vocabulary.class_names,
                ),
                **_balance_effect.effect(config, data.task, model, plain, decision),
                **_course.record(config, course, recipe.results),
                **_augmentation.record(augment, course.phases, len(train)),
                "learning_curve": curve,
                "weight_change": moved,
                "weak_groups": groups,
                "random_twin": scratch,
                **judged.analyses,
            },
        )
        _write(directory, config, record, models)
        if decision is not None:
            decision.write(directory / _decision.FILE)
        split_table.write(data.split, directory / "split.parquet")
        recipe.model.save(directory / "model.keras")
        (directory / "preprocessing").mkdir()
        backbone.preprocess.save(directory / "preprocessing")
        html.write(directory)
        model_card.write(directory)
    _resume.finished(config)
    terminal.summarize(record, config.run_dir)
    return record


@dataclass(frozen=True)
class _Judged:
    """What predictions on disk say, without a model."""

    measurements: dict[str, dict[str, list[Measurement]]]
    comparisons: list[Comparison]
    analyses: dict[str, Any]


def _judged(
    config: RunConfig,
    data: PreparedData,
    models: dict[str, Predictions],
    decision: Decision | None,
) -> _Judged:
    scores = _judgement.scores_of(data.task, data.num_classes)
    seed = seeds.child(config.seed, "resampling")
    measurements = _judgement.measurements(models, scores, seed)
    return _Judged(
        measurements,
        _judgement.comparisons(models, scores, measurements, seed),
        _analyses.analyses(models["model"], data.task, decision, seed=seed),
    )


def _on_features(
    config: RunConfig, data: PreparedData, features: dict[str, NDArray[np.float32]], step: Step
) -> tuple[dict[str, Predictions], dict[str, Any] | None]:
    """Returns what needs no training of the backbone: baselines, and what more data would bring."""
    baselines = _baselines.on_features(data, features, config.seed, step)
    if data.task.kind != "classes":
        return baselines, None
    curve = _learning_curve.learning_curve(
        features,
        data.labels,
        seeds.child(config.seed, "learning_curve"),
        step("Learning curve", "fits"),
    )
    return baselines, curve


def _recipe(config: RunConfig, data: PreparedData, backbone: Backbone, step: Step) -> Recipe:
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
    jit = _frozen.jit_compile(config)
    return Recipe(model, backbone, _frozen.cache(config, backbone), objective, step, (), jit)


def _silent(name: str, unit: str) -> Callable[..., None]:
    return lambda *told: None


def _passes(recipe: Recipe) -> str:
    passes = recipe.passes
    return (
        f"Passes through the frozen backbone: {passes['computed']:,} computed, "
        f"{passes['saved']:,} saved by the feature cache."
    )


def _part(data: PreparedData, name: str) -> Part:
    part = data.parts[name]
    return Part(part.ids, part.inputs, data.labels[name])


def _write(
    directory: Path, config: RunConfig, record: RunRecord, models: dict[str, Predictions]
) -> None:
    flagfile.write(config.settings(), record.command, directory / "run.flags")
    record.write(directory / "record.json")
    for name, predictions in models.items():
        folder = (
            directory / "predictions" if name == "model" else directory / "predictions/baselines"
        )
        predictions.write(folder / f"{name}.parquet")
