"""Labels of any kind as columns of numbers, and scores of answers that are no classes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.scores.label_ranking_average_precision import LabelRankingAveragePrecision
from ftkeras.transferability._score import checked, checked_features, of_mean, one_hot


@dataclass(frozen=True)
class Targets:
    """What is to be told from features.

    Args:
        kind: `classes`, `labels` or `numbers`, as `contracts.task.KINDS` has them.
        table: `(examples, columns)`: 1 where a class or label is, without those that all or no
            examples have; numbers less their mean, in their standard deviations.
        codes: `(examples,)` classes that occur, from 0; empty for other kinds.
    """

    kind: str
    table: NDArray[np.float64]
    codes: NDArray[np.int64]


def read(features: Any, labels: Any) -> tuple[NDArray[np.float64], Targets]:
    """Returns float64 features and the targets; raises `UserError` where they are neither.

    Args:
        features: `(examples, width)` numbers.
        labels: `(examples,)` class indices from 0; `(examples, labels)` of 0 and 1; or numbers,
            floating point, `(examples,)` or `(examples, targets)`.
    """
    y = np.asarray(labels)
    if np.issubdtype(y.dtype, np.floating):
        return checked_features(features, len(y)), _numbers(y)
    if y.ndim == 2:
        return checked_features(features, len(y)), _labels(y)
    x, classes = checked(features, labels)
    codes = np.unique(classes, return_inverse=True)[1].astype("int64")
    return x, Targets("classes", one_hot(classes), codes)


def of_ranking(truth: NDArray[np.float64], said: Any) -> tuple[float, NDArray[np.float64]]:
    """Returns label ranking average precision and the influence of each example."""
    score = LabelRankingAveragePrecision(truth.shape[1])
    units = score.inputs.units(truth.astype("int8"), np.asarray(said, "float64"), np)
    terms = score.counts.terms(units.labels, units.predictions, np)
    return of_mean(score.formula(terms, np))


def of_r2(truth: NDArray[np.float64], said: Any) -> tuple[float, NDArray[np.float64]]:
    """Returns R², averaged over targets, and the influence of each example.

    R² is 1 - m / v with the mean squared error m and the variance v of the target; where an example
    weighs more, m moves towards its squared error and v towards its squared deviation.
    """
    errors = (truth - np.asarray(said, "float64")) ** 2
    deviations = (truth - truth.mean(axis=0)) ** 2
    error, variance = errors.mean(axis=0), deviations.mean(axis=0)
    moved = error / variance**2 * (deviations - variance) - (errors - error) / variance
    return float((1 - error / variance).mean()), np.asarray(moved.mean(axis=1) / len(truth))


def _numbers(y: NDArray[Any]) -> Targets:
    table = y.reshape(len(y), -1).astype("float64")
    spread = table.std(axis=0) if len(table) else np.zeros(1)
    if y.ndim > 2 or not np.isfinite(table).all() or not (spread > 0).all():
        raise UserError(
            "Expected finite numbers that differ, one or several an example. Received: "
            f"labels.shape={y.shape}, standard deviations {spread.tolist()}."
        )
    return Targets("numbers", (table - table.mean(axis=0)) / spread, np.empty(0, "int64"))


def _labels(y: NDArray[Any]) -> Targets:
    if not np.issubdtype(y.dtype, np.integer) or not np.isin(y, (0, 1)).all():
        raise UserError(
            "Expected (examples, labels) of 0 and 1. Received: values "
            f"{np.unique(y)[:5].tolist()} of type {y.dtype}."
        )
    varying = (y.min(axis=0) < y.max(axis=0)) if len(y) else np.zeros(y.shape[1], bool)
    if not varying.any():
        raise UserError(
            "Expected a label that some examples have and others do not. Received: none of "
            f"{y.shape[1]} labels of {len(y)} examples."
        )
    return Targets("labels", y[:, varying].astype("float64"), np.empty(0, "int64"))
