"""How well each example was answered: what slices, groups and learning curves take the mean of."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.contracts.score import Score, Terms
from ftkeras.contracts.task import Task, sized
from ftkeras.records.predictions import Predictions

SCORES = {
    "classes": "accuracy",
    "labels": "label_ranking_average_precision",
    "numbers": "mean_absolute_error",
    "relevances": "normalized_discounted_cumulative_gain",
}
"""By kind of answers, the score that is a mean over examples and that slices are compared by."""


@dataclass(frozen=True)
class Outcome:
    """One number an example; their mean is a score.

    Args:
        score: Name of the score.
        direction: Which way it is better: `"max"` or `"min"`.
        values: `(examples,)` booleans, of a class whether it was right; else floats.
    """

    score: str
    direction: str
    values: NDArray[Any]


def score_of(kind: str, count: int) -> Score:
    """Returns the score by which examples of a kind are told apart.

    Args:
        kind: One of `SCORES`.
        count: Number of classes, labels or targets.
    """
    score: Score = catalog.build("scores", Call(SCORES[kind], sized(kind, count)))
    return score


def outcome(task: Task, rows: Predictions) -> Outcome | None:
    """Returns how well each row was answered; `None` where that is no number, or not known.

    Args:
        task: How logits are read.
        rows: Predictions of one part.
    """
    if task.kind not in SCORES or not len(rows) or not readable(task, rows):
        return None
    score = score_of(task.kind, len(rows.class_names))
    if task.kind == "classes":
        right = task.predict_label(rows.logits) == rows.labels
        return Outcome(score.name, score.direction, right)
    values = each(score, rows.labels, rows.logits)
    return Outcome(score.name, score.direction, values) if np.isfinite(values).all() else None


def each(score: Score, labels: NDArray[Any], logits: NDArray[Any]) -> NDArray[np.float64]:
    """Returns `(examples,)`: the score of each example alone; their mean is the score of all.

    Args:
        score: A score that is a mean over examples.
        labels: Encoded labels.
        logits: What the model answered.

    Example:
        >>> errors = each(score_of("numbers", 1), np.array([1.0, 2.0]), np.array([[1.5], [5.0]]))
        >>> errors.tolist()
        [0.5, 3.0]
    """
    units = score.inputs.units(labels, logits, np)
    counts = score.counts.fitted(units)
    if not isinstance(counts, Terms):
        raise TypeError(f"Expected a score that is a mean over examples. Received: {score.name}.")
    terms = np.asarray(counts.terms(units.labels, units.predictions, np), "float64")
    values = score.formula(terms.reshape(len(terms), *counts.shape), np)
    return np.asarray(values, "float64")


def readable(task: Task, rows: Predictions) -> bool:
    """Says whether there are rows, all with finite logits and known labels."""
    if not len(rows) or not np.isfinite(rows.logits).all():
        return False
    if task.kind == "numbers":
        return bool(np.isfinite(rows.labels).all())
    if task.kind == "relevances":
        return True
    return bool(rows.labels.min() >= 0 and rows.labels.max() < max(2, len(rows.class_names)))
