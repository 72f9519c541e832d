"""Judges the model of a finished run on examples it has not seen."""

import dataclasses
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.config import RunConfig
from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.task import BY_POSITION, OBJECTS, Task
from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.lazy_column import listed
from ftkeras.errors import UserError
from ftkeras.records import atomic, split_table
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.report import html, model_card, terminal
from ftkeras.training.examples import of_width
from ftkeras.training.fine_tuned import FineTuned, load, task_call
from ftkeras.workflows import (
    _analyses,
    _clock,
    _foreign_predictions,
    _judgement,
    _label_table,
    _prepared_data,
    _provenance,
    _seen_contexts,
    _source,
    _spans,
    _versions,
)
from ftkeras.workflows._answers_of_model import answers_of_model

_SEEN = "seen_in_training_or_validation"


def evaluate_new_data(config: RunConfig, record: RunRecord) -> RunRecord:
    """Predicts new labelled examples with a run's model and judges the answers.

    Examples that the run was trained or chosen on are left out: their score would say nothing
    about new data. The result goes to `<run_dir>/evaluations/<digest of the new data>`.

    Args:
        config: `run_dir` and `data`.
        record: The record of the run.

    Raises:
        UserError: The new data cannot be read, have other labels, or hold nothing new.
    """
    if config.data is None:
        raise ValueError(f"Expected new data. Received: config={config}.")
    fine_tuned = load(config.run_dir, trusted=config.trust)
    # Cleaned as the run's own data were, whatever is asked for now, and only once.
    source = _source.read(
        dataclasses.replace(config, clean=fine_tuned.clean, task=task_call(record))
    )
    fine_tuned = dataclasses.replace(fine_tuned, clean=())
    source = _prepared_data.read_labels(fine_tuned.task, source)
    found, deduplication = deduplicate(source)
    split = config.run_dir / "split.parquet"
    examples = _unseen(found, split_table.read(split))
    examples, contexts = _seen_contexts.compared(examples, split)
    findings = [
        *_source.findings(config, found.rejected), *deduplication.findings, *contexts,
    ]  # fmt: skip
    labels = _prepared_data.encode(fine_tuned.task, fine_tuned.vocabulary, examples, "new data")
    of_objects = fine_tuned.task.kind in OBJECTS
    answers = fine_tuned.answers(examples.inputs.tolist()) if of_objects else None
    predictions = Predictions(
        ids=examples.ids,
        labels=labels,
        logits=(
            np.zeros((len(examples), 0), "float32")
            if of_objects
            else _logits(fine_tuned, examples, labels)
        ),
        splits=np.full(len(examples), "test"),
        task=fine_tuned.task.name,
        class_names=fine_tuned.vocabulary.class_names,
        columns=examples.columns,
        previews=_previews(fine_tuned.task, examples),
        answers=answers,
    )
    scores = _judgement.scores_of(fine_tuned.task, len(predictions.class_names))
    seed = seeds.child(config.seed, "resampling")
    digest = _provenance.digest([examples])
    new = dataclasses.replace(
        record,
        created=_clock.now(),
        data={
            **record.data,
            "source": str(config.data),
            "examples": len(examples),
            "dropped": {
                "unusable": len(found.rejected),
                **deduplication.dropped,
                _SEEN: len(found) - len(examples),
            },
            "findings": _prepared_data.as_recorded(findings),
            **_label_table.of_parts(fine_tuned.task, fine_tuned.vocabulary, {"test": labels}),
            "digest": digest,
        },
        split={**record.split, "rule": "new data", "counts": {"test": len(examples)}},
        measurements=_judgement.measurements({"model": predictions}, scores, seed),
        comparisons=[],
        streamed={},
        test_reads=[{"time": _clock.now(), "reason": f"evaluate: {config.data}"}],
        analyses=_analyses.analyses(predictions, fine_tuned.task, fine_tuned.decision, seed=seed),
    )
    target = config.run_dir / "evaluations" / digest[:12]
    with atomic.replacing_directory(target) as directory:
        _source.write_quarantine(config, found.rejected, directory)
        predictions.write(directory / "predictions" / "model.parquet")
        new.write(directory / "record.json")
        html.write(directory)
        model_card.write(directory)
    terminal.warn(findings)
    terminal.summarize(new, target)
    return new


def _logits(fine_tuned: FineTuned, examples: Dataset, labels: NDArray[Any]) -> NDArray[np.float32]:
    """Answers by position have the width of labels: of words that are never seen it is 0."""
    logits = fine_tuned.logits(listed(examples.inputs))
    by_position = fine_tuned.task.kind in BY_POSITION
    return of_width(logits, labels.shape[1], 0) if by_position else logits


def evaluate_saved_model(config: RunConfig) -> RunRecord:
    """Lets a `.keras` file of anyone answer labelled examples, and judges the answers.

    Args:
        config: `model`, `outputs`, `data` and `run_dir`.

    Raises:
        UserError: The model or the data are not as they must be.
    """
    versions = _versions.versions(keras.backend.backend())
    return _foreign_predictions.judge_table(config, answers_of_model(config), versions)


def _previews(task: Task, examples: Dataset) -> NDArray[np.object_]:
    of = _spans if task.kind == "spans" else _provenance
    return of.previews(examples)


def _unseen(examples: Dataset, parts: dict[str, set[str]]) -> Dataset:
    seen = parts["train"] | parts["validation"]
    unseen = np.array([id_ not in seen for id_ in examples.ids], dtype=bool)
    if not unseen.any():
        raise UserError(
            "Expected examples that the run has not seen. Received: "
            f"{len(examples)} examples, all of them in its training or validation part."
        )
    return examples.take(unseen)
