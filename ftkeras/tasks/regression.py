"""A number, or several: the model answers in their own units."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.task import Labels, Locations
from ftkeras.errors import UserError
from ftkeras.tasks import _several, _wrong_labels

_METRICS: tuple[str, ...] = (
    "r2_score",
    "root_mean_squared_error",
    "mean_absolute_error",
    "pearson_correlation",
)
_SCORES: tuple[str, ...] = (
    "r2_score",
    "root_mean_squared_error",
    "mean_absolute_error",
    "median_absolute_error",
    "pearson_correlation",
    "spearman_correlation",
)


@dataclass(frozen=True)
class Regression:
    """Predicts a number, or several of them.

    The last layer of the model turns its answers into the units of the labels, with the mean and
    the standard deviation of the training part. The loss is counted in standard deviations, so
    that a learning rate means the same whatever the unit.

    Example:
        >>> task = Regression()
        >>> vocabulary = task.fit_labels(np.array(["1.5", "2.5"]))
        >>> vocabulary.centre, vocabulary.spread
        ((2.0,), (0.5,))
        >>> task.encode(np.array([3, 4]), vocabulary).tolist()
        [3.0, 4.0]
    """

    name = "regression"
    kind = "numbers"
    loss = "MeanSquaredError"
    monitor = "root_mean_squared_error"
    metrics = _METRICS
    scores = _SCORES

    def read(self, labels: NDArray[Any], locations: Locations = None) -> NDArray[Any]:
        """Returns `(examples,)` float64, or tuples of floats; see `contracts.task`.

        Raises:
            UserError: A label is no finite number, or examples have differently many.
        """
        rows = [_numbers(label) for label in _several.rows(labels)]
        width = len(rows[0]) if rows else 1
        wrong = [
            row
            for row, values in enumerate(rows)
            if len(values) != width or not all(map(math.isfinite, values))
        ]
        if wrong:
            shown = _wrong_labels.named([(row, str(labels[row])) for row in wrong], locations)
            what = "a finite number" if width == 1 else f"{width} finite numbers"
            raise UserError(
                f"Expected {what} as the label of every example for task=regression. Received: "
                f"{shown}. Correct these labels, with a point for decimals; or take "
                "task=binary, multiclass or multilabel."
            )
        if width == 1:
            return np.array([values[0] for values in rows], "float64")
        tuples = np.empty(len(rows), object)
        tuples[:] = rows
        return tuples

    def fit_labels(self, labels: NDArray[Any]) -> Labels:
        """Returns mean and standard deviation of each target.

        Raises:
            UserError: There are no examples, or a target never changes.
        """
        values = self._table(labels)
        names: tuple[str, ...] = ("target",)
        if values.shape[1] > 1:
            names = tuple(f"target {index + 1}" for index in range(values.shape[1]))
        spread = values.std(axis=0) if len(values) else np.zeros(values.shape[1])
        if not (spread > 0).all():
            still = ", ".join(
                f"{name} is {values[0, k]:g} in all {len(values)} examples"
                for k, name in enumerate(names)
                if len(values) and not spread[k] > 0
            )
            raise UserError(
                "Expected numbers that differ in the training part for task=regression. Received: "
                f"{still or 'no examples'}. Check the label column."
            )
        return Labels(names, tuple(values.mean(axis=0).tolist()), tuple(spread.tolist()))

    def encode(self, labels: NDArray[Any], vocabulary: Labels) -> NDArray[np.float64]:
        """Returns `(examples,)` float64 for one target, `(examples, targets)` for several.

        Rows with another number of targets than the vocabulary are NaN.
        """
        values = self._table(labels)
        width = len(vocabulary.class_names)
        if len(values) and values.shape[1] != width:
            values = np.full((len(values), width), np.nan)
        return values[:, 0] if width == 1 else values

    def _table(self, labels: NDArray[Any]) -> NDArray[np.float64]:
        read = self.read(labels)
        if read.dtype != object:
            return read[:, None]
        return np.array(read.tolist(), "float64").reshape(len(read), -1)

    def num_outputs(self, num_classes: int) -> int:
        """Returns the number of targets."""
        return num_classes

    def probabilities(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Returns the numbers themselves: they have no probabilities."""
        return self.predict_label(logits)

    def predict_label(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Returns the predicted numbers: `(examples,)` for one target, else `(examples, targets)`.

        Args:
            logits: `(examples, targets)`, in the units of the labels.
        """
        if logits.ndim != 2:
            raise ValueError(
                "Expected predictions of shape (examples, targets). "
                f"Received: logits.shape={logits.shape}."
            )
        values = logits.astype("float64")
        return values[:, 0] if values.shape[1] == 1 else values


def _numbers(label: Any) -> tuple[float, ...]:
    if isinstance(label, tuple):
        return tuple(_number(value) for value in label)
    return (_number(label),)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
