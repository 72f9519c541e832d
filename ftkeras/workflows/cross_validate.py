"""How good a recipe is on such data: a model answers only what it did not train on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.config import RunConfig
from ftkeras.contracts.backbone import Backbone
from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.message import joined, message
from ftkeras.model import choose_tap, features_model
from ftkeras.records import atomic, flagfile, fold_table
from ftkeras.records.run_record import RunRecord
from ftkeras.report import cross_validation, html, terminal
from ftkeras.statistics.corrected_resampled import corrected_error
from ftkeras.statistics.seed_variance import seed_variance
from ftkeras.training.closed_form_probes import one_against_rest, ridge_probe
from ftkeras.workflows import (
    _analyses,
    _augmentation,
    _clock,
    _continued_run,
    _decision,
    _fold_answers,
    _fold_baselines,
    _fold_data,
    _fold_decisions,
    _fold_scores,
    _judgement,
    _kinds,
    _record,
    _source,
    _stacked_folds,
)
from ftkeras.workflows._finished_folds import FinishedFolds
from ftkeras.workflows._fold_answers import FoldAnswers
from ftkeras.workflows._fold_backbones import FoldBackbones
from ftkeras.workflows._fold_data import FoldData
from ftkeras.workflows._fold_trials import Trials

REQUIRED = ("backbone", "task", "data", "run_dir")
KINDS = ("classes", "labels", "numbers", "relevances")

_FEWEST_REPEATS = 3
_MOST_WORK = 3 * 10**10  # of a singular value decomposition: seconds, not minutes


def cross_validate(config: RunConfig) -> RunRecord:
    """Cross-validates a recipe, and baselines on the same folds.

    With a frozen backbone, every example passes it once; then all folds, repeats and learning rates
    are trained together as one stack of heads. In each fold the label vocabulary and the weights
    come from its training part, and epoch and learning rate are chosen on its validation part; the
    part it is tested on decides nothing. A recipe that thaws the backbone runs fold after fold,
    and what it will cost is printed first; so do rankings, whose examples are lists, and tables,
    whose means, deviations and categories are those of each fold's training part.

    The headline is the mean over folds. Its interval, and the paired test against each baseline,
    are corrected for training parts that overlap. With three repeats or more, the variance between
    runs is split into folds, initial weights and data order.

    Args:
        config: The settings; of these `folds`, `repeats` and `learning_rates` are for this
            workflow alone.

    Returns:
        The record that stands in `<run_dir>/record.json`. Out-of-fold answers of the first repeat
        are in `predictions/model.parquet`, further ones in `predictions/repeats/`.

    Raises:
        UserError: Settings, data or backbone are not as they must be.
    """
    config = _continued_run.inherited(config)
    _kinds.expect(config, "--mode=cross_validate", KINDS, "Take --mode=finetune.")
    for room in (_decision, _kinds, _augmentation):
        room.check(config)
    with terminal.progress() as progress, atomic.replacing_directory(config.run_dir) as directory:
        stopwatch = _clock.Stopwatch()
        with stopwatch("data"):
            data = _fold_baselines.told(_fold_data.prepare(config))
            _source.write_quarantine(config, data.examples.rejected, directory)
            for finding in data.findings:
                if finding.severity == "warning":
                    progress.say(finding.warning)
        with stopwatch("loading"):
            backbones = FoldBackbones(config, data)
            backbone, _ = backbones.of(0)
            finished = _finished(config, data, backbone)
            obstacle = _obstacle(config, data, backbones)
        with stopwatch("features"):
            features = backbones.features(0, progress.step)
        with stopwatch("baselines"):
            baselines = _fold_baselines.logits(
                data,
                lambda number: backbones.features(number, _silent) if backbones.anew else features,
                config.seed,
                finished,
                progress.step,
            )
        with stopwatch("training"):
            if obstacle or features is None:
                trials = Trials(config, data, backbones, finished)
                why = message("Fold after fold, because {reason}.", reason=obstacle)
                progress.say(joined([why, trials.estimate()], " "))
                answers = trials.fit(progress.step)
            else:
                answers = _stacked_folds.fit(config, data, features, progress.step)
        with stopwatch("judgement"):
            scores = _judgement.scores_of(data.task, data.num_classes)
            judged = _judged(data, scores, answers, baselines)
            judged["analyses"]["cross_validation"] |= {
                "ridge": None if backbones.anew else _ridge(data, features),
                "decided": _fold_decisions.find(config, data, answers, scores),
            }
            first = _fold_answers.predictions(data, answers.logits[0], previews=True)
            seed = seeds.child(config.seed, "resampling")
            judged["analyses"] |= _analyses.analyses(first, data.task, seed=seed)
        record = RunRecord(
            **_record.settings(config),
            **data.record(scores[0].name),
            backbone=_backbone(config, backbone),
            passes=_passes(backbones.passes, answers),
            phases=answers.phases,
            **judged,
            streamed={},
            test_reads=[
                {"time": _clock.now(), "reason": "cross_validate: each example in its own fold"}
            ],
            seconds=stopwatch.seconds,
        )
        _write(directory, config, record, data, answers, baselines)
        html.write(directory)
    finished.remove()
    cross_validation.show(record)
    terminal.summarize(record, config.run_dir)
    return record


def _obstacle(config: RunConfig, data: FoldData, backbones: FoldBackbones) -> str:
    """Returns why the heads cannot be trained as one stack, or an empty string."""
    shape = features_model(backbones.of(0)[0], config.tap).output.shape[1:]
    obstacle = _stacked_folds.obstacle(config, data, shape)
    if backbones.anew:
        obstacle = message(
            "each fold reads its table by the means and categories of its own training part"
        )
    if obstacle and config.learning_rates:
        raise UserError(
            "Expected --learning_rates with a recipe whose heads can be trained as one stack. "
            f"Received: {obstacle}. Write the learning rate into --phase, or take --mode=tune."
        )
    return obstacle


def _finished(config: RunConfig, data: FoldData, backbone: Backbone) -> FinishedFolds:
    settings = config.settings()
    for name in ("run_dir", "cache_dir"):
        del settings[name]
    key = {
        "settings": settings,
        "data": data.record("")["data"]["digest"],
        "folds": data.digest,
        "backbone": backbone.fingerprint,
        "versions": _record.settings(config)["versions"],
    }
    return FinishedFolds(config.cache_dir / "unfinished", key)


def _judged(
    data: FoldData,
    scores: list[Score],
    answers: FoldAnswers,
    baselines: dict[str, NDArray[np.float32]],
) -> dict[str, Any]:
    """Returns measurements, comparisons and the analysis of folds and seeds."""
    splits, repeats = [run.split for run in answers.runs], list(range(data.repeats))
    of_runs = _fold_scores.of_runs(data, scores, answers.logits, splits)
    values = {"model": _fold_scores.of_repeats(of_runs, splits)}
    for name, logits in baselines.items():
        values[name] = _fold_scores.of_runs(data, scores, logits, repeats)
    ratio, units = data.test_over_train, len(data)
    measured = {
        name: _fold_scores.measurements(scores, found, units, ratio)
        for name, found in values.items()
    }
    compared = [
        comparison
        for name in baselines
        for comparison in _fold_scores.comparisons(
            scores, values["model"], values[name], name, units, ratio
        )
    ]
    headline = {name: found[0].tolist() for name, found in values.items()}
    analysis = {
        "folds": data.folds,
        "repeats": data.repeats,
        "heads": answers.heads,
        "runs": len(answers.runs),
        "test_over_train": ratio,
        "fold_scores": headline,
        "learning_rates": _of_first_runs(answers.learning_rate, splits),
        "best_epochs": _of_first_runs(answers.best_epoch, splits),
        "validation_loss": _record.defined(float(answers.validation_loss.mean())),
        "seeds": _seeds(of_runs[0], values["model"][0], answers, ratio),
    }
    return {
        "measurements": {"test": measured},
        "comparisons": compared,
        "analyses": {"cross_validation": analysis},
    }


def _of_first_runs(values: NDArray[Any], splits: list[int]) -> list[Any]:
    """Returns `(repeats, folds)` of the first run of each repeat."""
    return values[np.unique(splits, return_index=True)[1]].tolist()


def _seeds(
    of_runs: NDArray[np.float64],
    of_repeats: NDArray[np.float64],
    answers: FoldAnswers,
    test_over_train: float,
) -> dict[str, Any] | None:
    """Returns where the spread between runs comes from, and what one more repeat would buy."""
    repeats, folds = of_repeats.shape
    crossed = len(answers.runs) == repeats**2
    if repeats < _FEWEST_REPEATS or not np.isfinite(of_runs).all():
        return None
    between = of_runs.mean(axis=1)
    variance = float(of_repeats.var(ddof=1))
    errors = [corrected_error(variance, n * folds, test_over_train) for n in (repeats, repeats + 1)]
    found: dict[str, Any] = {
        "standard_deviation": float(between.std(ddof=1)),
        "lowest": float(between.min()),
        "highest": float(between.max()),
        "standard_error": errors[0],
        "standard_error_of_next": errors[1],
        "standard_error_at_most_repeats": corrected_error(variance, 10**9, test_over_train),
    }
    if crossed:
        split = seed_variance(between.reshape(repeats, repeats))
        found |= {
            "components": split.components,
            "seed_error": split.standard_error(repeats),
            "seed_error_of_next": split.standard_error(repeats + 1),
        }
    return found


def _ridge(data: FoldData, features: NDArray[np.float32] | None) -> dict[str, Any] | None:
    """Returns how a ridge regression answers each example without it, by formula.

    Left out one by one, examples of a group stay together with their kin: not with groups.
    """
    if features is None or "column" in data.rule.arguments:
        return None
    flat = features.reshape(len(features), -1)
    if flat.size * min(flat.shape) > _MOST_WORK:
        return None
    table = data.labels.reshape(len(data), -1).astype("float64")
    if data.task.kind == "classes":
        probe = ridge_probe(flat, one_against_rest(data.labels, data.num_classes))
        right = float((probe.left_out.argmax(axis=1) == data.labels).mean())
        return {"score": "accuracy", "value": right, "penalty": probe.penalty}
    centre, spread = table.mean(axis=0), table.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)  # a label that all examples have
    probe = ridge_probe(flat, (table - centre) / spread)
    said = (probe.left_out * spread + centre).astype("float32")
    score = _judgement.scores_of(data.task, data.num_classes)[0]
    return {"score": score.name, "value": score(data.labels, said), "penalty": probe.penalty}


def _backbone(config: RunConfig, backbone: Backbone) -> dict[str, Any]:
    return {
        "handle": str(backbone.handle),
        "fingerprint": backbone.fingerprint,
        "parameters": features_model(backbone, config.tap).count_params(),
        "tap": choose_tap(backbone, config.tap),
        "head": str(config.head),
    }


def _silent(name: str, unit: str) -> Callable[..., None]:
    return lambda *told: None


def _passes(done: dict[str, int], answers: FoldAnswers) -> dict[str, int]:
    plain = answers.passes.get("plain", 0)
    return {**done, "saved": max(0, plain - done["computed"]) if plain else 0}


def _write(
    directory: Path,
    config: RunConfig,
    record: RunRecord,
    data: FoldData,
    answers: FoldAnswers,
    baselines: dict[str, NDArray[np.float32]],
) -> None:
    flagfile.write(config.settings(), record.command, directory / "run.flags")
    record.write(directory / "record.json")
    fold_table.write(data.splits, data.folds, directory / "folds.parquet")
    first = answers.first_of_repeats(data.repeats)
    folder = directory / "predictions"
    _fold_answers.predictions(data, first[0], previews=True).write(folder / "model.parquet")
    for repeat in range(1, data.repeats):
        later = _fold_answers.predictions(data, first[repeat], previews=False)
        later.write(folder / "repeats" / f"{repeat}.parquet")
    for name, logits in baselines.items():
        rows = _fold_answers.predictions(data, logits[0], previews=False)
        rows.write(folder / "baselines" / f"{name}.parquet")
