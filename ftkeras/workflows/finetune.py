"""From one flagfile to a judged, reported, reloadable fine-tuned model."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftkeras import seeds
from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone
from ftkeras.message import joined, message
from ftkeras.records import atomic, flagfile, split_table
from ftkeras.records.decision import Decision
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import Comparison, Measurement, RunRecord
from ftkeras.report import html, model_card, terminal
from ftkeras.training.recipe import Recipe, Step
from ftkeras.workflows import (
    _analyses,
    _augmentation,
    _balance,
    _baseline_sample,
    _baselines,
    _clock,
    _continued_run,
    _course,
    _decision,
    _frozen,
    _judgement,
    _kinds,
    _learning_curve,
    _parts,
    _random_weights,
    _record,
    _resume,
    _seen_contexts,
    _source,
    _spans,
    _unseen_words,
    _weak_groups,
    _weight_change,
)
from ftkeras.workflows._prepared_data import PreparedData, prepare
from ftkeras.workflows._training_run import TrainingRun, recipe_of

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
    for room in (_decision, _course, _kinds, _augmentation):
        room.check(config)
    config = _continued_run.inherited(config)
    with terminal.progress() as progress, atomic.replacing_directory(config.run_dir) as directory:
        stopwatch = _clock.Stopwatch()
        with stopwatch("data"):
            data = _baseline_sample.told(prepare(config))
            _source.write_quarantine(config, data.rejected, directory)
            _warn(data, progress.say)
        with stopwatch("baselines"):
            baselines = _baselines.predict(data, config.seed, progress.step)
        with stopwatch("loading"):
            train_part = data.parts["train"]
            backbone = _frozen.load(config, train_part.modality, train=train_part)
            data = _unseen_words.told(data, backbone.preprocess, progress.say)
            recipe = recipe_of(config, data, backbone, progress.step)
        with stopwatch("features"):
            # Before training: what moves the backbone's weights moves its features.
            features = _features(recipe, data, config)
            rungs, curve = _on_features(config, data, features, progress.step)
            twin = _random_weights.twin(config, backbone)
            rungs |= _random_weights.probe(config, data, twin, progress.step)
            course = _course.of(config, backbone, data)
            before = _weight_change.snapshot(backbone, course.phases)
        with stopwatch("training"):
            train = data.labels["train"]
            balanced = _balance.balanced(config.balance, train, data.num_classes, config.seed)
            augment = _augmentation.of(config, data.num_classes, train_part.modality)
            if augment is not None:
                progress.say(_augmentation.told(augment, course.phases, len(train)))
            run = TrainingRun(config, data, backbone, course, balanced, augment)
            with _resume.going_on(config, backbone, data) as checkpoint:
                checkpoint.spent = stopwatch.so_far
                run.fit(recipe, directory / "metrics.jsonl", checkpoint)
        stopwatch.add(checkpoint.spent_before)
        with stopwatch("prediction"):
            model, streamed = run.answers(recipe)
            plain = run.plain_logits(recipe)
            progress.say(_passes(recipe))
        scratch = None
        if twin is not None and config.random_twin == "trained":
            with stopwatch("random_twin"):
                answered, scratch = run.from_random_weights(twin, progress.step)
                rungs |= answered
        with stopwatch("judgement"):
            decision, model = _decided(config, data, model)
            models = {"model": model, **dict(sorted({**baselines, **rungs}.items()))}
            judged = _judged(config, data, models, decision)
            groups = _weak_groups.weak_groups(
                model, data.task, features, data.parts["validation"], config.seed
            )
            moved = _weight_change.weight_change(
                backbone, before, config.tap, run.plain["validation"].values, features
            )
        record = RunRecord(
            **_record.settings(config),
            **_record.data(data, data.task.scores[0]),
            **_record.training(config, backbone, recipe),
            measurements=judged.measurements,
            comparisons=judged.comparisons,
            streamed=_record.streamed(streamed),
            test_reads=[{"time": _clock.now(), "reason": "finetune: final evaluation"}],
            seconds=stopwatch.seconds,
            analyses={
                **run.analyses(recipe, model, plain, decision),
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
        _save(directory, recipe, backbone, data)
    _resume.finished(config)
    terminal.summarize(record, config.run_dir)
    return record


def _decided(
    config: RunConfig, data: PreparedData, model: Predictions
) -> tuple[Decision | None, Predictions]:
    """Returns what validation decides, and the answers where that changes them for good."""
    decision = _decision.decide(config, model, data.task)
    return decision, _spans.applied(model, decision)


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


def _features(recipe: Recipe, data: PreparedData, config: RunConfig) -> dict[str, Any]:
    preprocess = recipe.backbone.preprocess
    if data.task.kind in _kinds.PROBES:
        parts = {name: _parts.part(data, name, preprocess) for name in data.parts}
    elif config.recipe is None and _weight_change.none_moves(config.phases):
        return {}
    else:  # without a probe only what `weight_change` compares is needed
        parts = {"validation": _weight_change.compared(_parts.part(data, "validation", preprocess))}
    return {name: recipe.features(part, name) for name, part in parts.items()}


def _on_features(
    config: RunConfig, data: PreparedData, features: dict[str, Any], step: Step
) -> tuple[dict[str, Predictions], dict[str, Any] | None]:
    """Returns what needs no training of the backbone: baselines, and what more data would bring."""
    if data.task.kind not in _kinds.PROBES:
        return {}, None
    baselines = _baselines.on_features(data, features, config.seed, step)
    curve = _learning_curve.learning_curve(
        features,
        data.labels,
        seeds.child(config.seed, "learning_curve"),
        step("Learning curve", "fits"),
    )
    return baselines, curve


def _warn(data: PreparedData, say: Callable[[str], None]) -> None:
    for finding in data.findings:
        if finding.severity == "warning":
            say(finding.warning)


def _save(directory: Path, recipe: Recipe, backbone: Backbone, data: PreparedData) -> None:
    """Writes what answers new inputs, and what a person reads."""
    contexts = _seen_contexts.of_parts(data.parts)
    split_table.write(data.split, directory / "split.parquet", contexts)
    recipe.model.save(directory / "model.keras")
    (directory / "preprocessing").mkdir()
    backbone.preprocess.save(directory / "preprocessing")
    html.write(directory)
    model_card.write(directory)


def _passes(recipe: Recipe) -> str:
    passes = message(
        "Passes through the frozen backbone: {computed:,} computed, {saved:,} saved by the feature "
        "cache.",
        computed=recipe.passes["computed"],
        saved=recipe.passes["saved"],
    )
    if recipe.padding is None:
        return passes
    padding = message("Padding: {share:.1%} of the positions.", share=recipe.padding)
    return joined([passes, padding], " ")


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
