"""From predictions to measurements and comparisons."""

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.contracts.score import Score
from ftkeras.contracts.task import Task, sized
from ftkeras.records.predictions import Predictions
from ftkeras.records.run_record import Comparison, Measurement, RunRecord
from ftkeras.scores.counts.class_tallies import ClassTallies
from ftkeras.scores.counts.confusion_cells import ConfusionCells
from ftkeras.statistics.intervals import measure
from ftkeras.statistics.multiplicity import holm
from ftkeras.statistics.paired import compare
from ftkeras.workflows import _tags

JUDGED = ("validation", "test")
_OF_DECISIONS = (ConfusionCells, ClassTallies)


def task_of(record: RunRecord) -> Task:
    """Returns the task of a run with the arguments it was given."""
    named = record.task["name"]
    asked = call_string.parse(str(record.config.get("task") or named))
    task: Task = catalog.build("tasks", asked if asked.name == named else Call(named))
    return task


def scores_of(task: Task, num_classes: int, scored: bool = True) -> list[Score]:
    """Builds the scores a task reports, headline first.

    Args:
        task: The task.
        num_classes: Number of classes, labels or targets.
        scored: Whether predictions say how sure they are; if not, only what judges decisions.
    """
    calls = [call_string.parse(text) for text in task.scores]
    scores = [
        catalog.build(
            "scores", Call(call.name, {**sized(task.kind, num_classes), **call.arguments})
        )
        for call in calls
    ]
    return [score for score in scores if scored or isinstance(score.counts, _OF_DECISIONS)]


def scored(score: Score, labels: NDArray[Any], logits: NDArray[Any]) -> float:
    """Returns a score of predictions, exactly; NaN where it is undefined.

    Args:
        score: What to measure.
        labels: Encoded labels.
        logits: What was answered.
    """
    units = score.inputs.units(labels, logits, np)
    return float(score.formula(score.counts.fitted(units).tally(units), np))


def compared(predictions: Predictions) -> tuple[Any, Any]:
    """Returns labels and answers as scores compare them: `(y_true, y_pred)`.

    Args:
        predictions: Of any task.
    """
    task = catalog.build("tasks", Call(predictions.task))
    if task.kind == "tags":
        return _tags.compared(task, predictions)
    if predictions.answers is None:
        return predictions.labels, predictions.logits
    return task.compared(predictions.labels), task.compared(predictions.answers)


def measurements(
    models: dict[str, Predictions], scores: list[Score], seed: int
) -> dict[str, dict[str, list[Measurement]]]:
    """Measures every model on every judged part: part -> model -> measurements."""
    judged: dict[str, dict[str, list[Measurement]]] = {}
    for part in JUDGED:
        for model, predictions in models.items():
            rows = predictions.part(part)
            if len(rows):
                measured = measure(scores, *compared(rows), seed=seed)
                judged.setdefault(part, {})[model] = measured
    return judged


def comparisons(
    models: dict[str, Predictions],
    scores: list[Score],
    measured: dict[str, dict[str, list[Measurement]]],
    seed: int,
) -> list[Comparison]:
    """Compares the model with each baseline on test, pair by pair of answers.

    Scores that are undefined for one of the two (the precision of a baseline that never says
    "positive") are left out: there is no difference to speak of.

    Args:
        models: Predictions by name; `"model"` is the one compared with all others.
        scores: What to compare by.
        measured: What `measurements` gave for the same models and scores.
        seed: Seed of the resampling.
    """
    on_test = measured.get("test", {})
    model = models["model"].part("test")
    truth, ours_given = compared(model)
    found = []
    for name in on_test:
        if name == "model":
            continue
        other = models[name].part("test")
        if not np.array_equal(other.ids, model.ids):
            raise ValueError(
                f"Expected the same examples in the same order. Received: {len(other)} of {name} "
                f"against {len(model)} of the model."
            )
        _, theirs_given = compared(other)
        pairs = zip(scores, on_test["model"], on_test[name], strict=True)
        found += [
            compare(score, truth, ours_given, theirs_given, other=name, seed=seed)
            for score, ours, theirs in pairs
            if ours.value is not None and theirs.value is not None
        ]
    return _adjusted(found)


def _adjusted(comparisons: list[Comparison]) -> list[Comparison]:
    """Returns the comparisons with p-values adjusted for how many there are by the same score."""
    adjusted = {}
    for score in {item.score for item in comparisons}:
        alike = [item for item in comparisons if item.score == score]
        values = holm([item.p_value for item in alike])
        adjusted.update(
            {(score, item.other): float(p) for item, p in zip(alike, values, strict=True)}
        )
    return [
        dataclasses.replace(item, adjusted_p_value=adjusted[item.score, item.other])
        for item in comparisons
    ]
