"""Judges predictions that another program wrote, with no model and no framework at hand."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog, seeds
from ftkeras.call_string import Call
from ftkeras.config import RunConfig
from ftkeras.contracts.answer_table import AnswerTable
from ftkeras.contracts.task import Labels, Task
from ftkeras.errors import UserError
from ftkeras.records import atomic, flagfile
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import RunRecord
from ftkeras.report import html, model_card, terminal
from ftkeras.workflows import (
    _analyses,
    _clock,
    _decision,
    _judgement,
    _provenance,
    _versions,
)

# As scikit-learn's log_loss: what is told apart from 0 and 1.
_SURE = np.finfo(np.float64).eps
_SHOWN = 5


def evaluate_foreign(config: RunConfig) -> RunRecord:
    """Judges a file of predictions and writes a run directory of what was found.

    What it has to beat is the best constant answer: the class frequencies of the judged part
    itself, known in hindsight, so that no file of training labels is needed.

    Args:
        config: `predictions`, `run_dir`, and `task` where the positive class is to be named.

    Raises:
        UserError: The file is not as it must be.
    """
    if config.predictions is None:
        raise ValueError(f"Expected a file of predictions. Received: config={config}.")
    return judge_table(config, _table(config.predictions), _versions.without_framework())


def judge_table(config: RunConfig, table: AnswerTable, versions: dict[str, str]) -> RunRecord:
    """Judges answers and writes a run directory of what was found.

    Args:
        config: The settings.
        table: What some model answered.
        versions: Versions that decide the numbers, by name.

    Raises:
        UserError: Labels and classes do not fit the task.
    """
    stopwatch = _clock.Stopwatch()
    with stopwatch("reading"):
        model = _predictions(table, config.task, _source(config))
    task = catalog.build("tasks", Call(model.task))
    with stopwatch("judgement"):
        models = {"model": model, "best_constant_answer": _best_constant_answer(model)}
        scores = _judgement.scores_of(task, len(model.class_names), model.scored)
        seed = seeds.child(config.seed, "resampling")
        measured = _judgement.measurements(models, scores, seed)
        compared = _judgement.comparisons(models, scores, measured, seed)
        decision = _decision.decide(config, model, task)
        analyses = _analyses.analyses(model, task, decision, seed=seed)
    record = RunRecord(
        command=f"python -m ftkeras.run --flagfile={config.run_dir / 'run.flags'}",
        created=_clock.now(),
        config=config.settings(),
        versions=versions,
        task={
            "name": model.task,
            "class_names": list(model.class_names),
            "headline": scores[0].name,
        },
        data=_data(config, model),
        split={"rule": "as the file says", "counts": _counts(model)},
        backbone={"handle": str(config.predictions or config.model)},
        passes={},
        phases=[],
        measurements=measured,
        comparisons=compared,
        streamed={},
        test_reads=[{"time": _clock.now(), "reason": "evaluate: answers of others"}],
        seconds=stopwatch.seconds,
        analyses=analyses,
    )
    with atomic.replacing_directory(config.run_dir) as directory:
        flagfile.write(config.settings(), record.command, directory / "run.flags")
        model.write(directory / "predictions" / "model.parquet")
        models["best_constant_answer"].write(
            directory / "predictions/baselines/best_constant_answer.parquet"
        )
        record.write(directory / "record.json")
        if decision is not None:
            decision.write(directory / _decision.FILE)
        html.write(directory)
        model_card.write(directory)
    terminal.summarize(record, config.run_dir)
    return record


def read(call: Call, task: Call | None = None) -> Predictions:
    """Returns the predictions of a file, in the form ftkeras writes.

    Args:
        call: How it is read, a file in `data/predictions/`.
        task: What the answer is; `None` takes what the number of classes suggests.

    Raises:
        UserError: The file cannot be read, or its labels and classes do not fit the task.
    """
    return _predictions(_table(call), task, str(call))


def _table(call: Call) -> AnswerTable:
    table: AnswerTable = catalog.build("data/predictions", call)
    return table


def _predictions(table: AnswerTable, asked: Call | None, source: str) -> Predictions:
    if not len(table):
        raise UserError(f"Expected rows of predictions. Received: {source}, which has none.")
    named = table.values[:, 0] if table.kind == "answer" else table.class_names
    known = np.unique(table.labels if named is None else np.array(named, np.str_))
    if named is not None and table.class_names is None:
        known = np.union1d(known, np.unique(table.labels))
    call = asked or Call("binary" if len(known) == 2 else "multiclass")
    task: Task = catalog.build("tasks", call)
    if task.kind != "classes":
        raise UserError(
            "Expected --task=binary or --task=multiclass for answers of another program. Received: "
            f"--task={call}, whose answers are {task.kind}. Leave --task out if they are classes."
        )
    vocabulary = task.fit_labels(known)
    labels = _encoded(task, vocabulary, table)
    return Predictions(
        ids=table.ids,
        labels=labels,
        logits=_logits(table, task, vocabulary).astype("float32"),
        splits=table.splits,
        task=task.name,
        class_names=vocabulary.class_names,
        columns=table.columns,
        previews=table.previews,
        scored=table.kind != "answer",
    )


def _encoded(task: Task, vocabulary: Labels, table: AnswerTable) -> NDArray[np.int64]:
    labels = task.encode(table.labels, vocabulary)
    unknown = np.flatnonzero(labels < 0)
    if len(unknown):
        shown = ", ".join(f"{table.labels[row]} ({table.ids[row]})" for row in unknown[:_SHOWN])
        raise UserError(
            f"Expected only the labels {', '.join(vocabulary.class_names)}, for which there are "
            f"answers. Received: {shown}. Add their column, or leave these rows out."
        )
    return labels


def _logits(table: AnswerTable, task: Task, vocabulary: Labels) -> NDArray[np.float64]:
    """Returns `(examples, outputs)` as the task wants them: one log-odds, or one a class."""
    if table.kind == "answer":
        answered = task.encode(table.values[:, 0], vocabulary)
        one_hot = np.eye(len(vocabulary.class_names))[answered]
        return one_hot if len(vocabulary.class_names) > 2 else one_hot[:, 1:] - one_hot[:, :1]
    values = np.asarray(table.values, "float64")
    if table.class_names is None:
        if len(vocabulary.class_names) != 2:
            raise UserError(
                "Expected one column a class, such as probability_<class>, for "
                f"{len(vocabulary.class_names)} classes. Received: one column, {table.kind}."
            )
        return values if table.kind == "logit" else _log(values) - _log(1 - values)
    if set(table.class_names) != set(vocabulary.class_names):
        raise UserError(
            f"Expected a column for each class: {', '.join(vocabulary.class_names)}. Received "
            f"columns for: {', '.join(table.class_names)}."
        )
    order = [table.class_names.index(name) for name in vocabulary.class_names]
    logs = (values if table.kind == "logit" else _log(values))[:, order]
    return logs if len(order) > 2 else logs[:, 1:] - logs[:, :1]


def _log(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(np.clip(probabilities, _SURE, 1))


def _best_constant_answer(model: Predictions) -> Predictions:
    logits = np.zeros(model.logits.shape)
    for part in _judgement.JUDGED:
        rows = model.splits == part
        counts = np.bincount(model.labels[rows], minlength=len(model.class_names))
        logs = np.log(np.maximum(counts, 0.5))
        logits[rows] = logs if len(logs) > 2 else logs[1:] - logs[:1]
    return Predictions(
        ids=model.ids,
        labels=model.labels,
        logits=logits.astype("float32"),
        splits=model.splits,
        task=model.task,
        class_names=model.class_names,
        scored=model.scored,
    )


def _source(config: RunConfig) -> str:
    return str(config.predictions) if config.model is None else f"{config.model} on {config.data}"


def _counts(model: Predictions) -> dict[str, int]:
    parts = [part for part in _judgement.JUDGED if (model.splits == part).any()]
    return {part: int((model.splits == part).sum()) for part in parts}


def _data(config: RunConfig, model: Predictions) -> dict[str, Any]:
    labels = {
        part: dict(
            zip(
                model.class_names,
                np.bincount(
                    model.labels[model.splits == part], minlength=len(model.class_names)
                ).tolist(),
                strict=True,
            )
        )
        for part in _counts(model)
    }
    return {
        "source": _source(config),
        "modality": "unknown",
        "examples": len(model),
        "dropped": {},
        "findings": [],
        "labels": labels,
        "digest": _provenance.rows_digest(model.ids, model.labels),
    }
