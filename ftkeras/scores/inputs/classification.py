"""Each unit has one class out of several, and the model gives it one logit or one a class."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from ftkeras.contracts.score import Inputs, Units
from ftkeras.errors import UserError
from ftkeras.scores.counts._softmax import largest_class

# Fewer rows may be in [0, 1] and sum to 1 by chance.
_FEWEST = 4
_SUM_TO_ONE = 1e-4
_SMALLEST = 1e-30
"""Probabilities are kept above this, so that their logarithm stays finite in float32."""


@dataclass(frozen=True)
class Classification(Inputs):
    """Class labels and logits.

    Args:
        num_classes: Number of classes; 2 is binary.
        from_logits: Whether predictions are logits (else probabilities, turned into logits).
        one_hot: Whether labels are one-hot rows (else class indices).
        ignore_label: A label that marks units to leave out, such as padding; `None` for none.

    Shapes:
        y_true: `(batch,)`, `(batch, 1)` or any `(batch, ...)` class indices; with `one_hot`,
            one more axis of `num_classes`.
        y_pred: Binary: `(batch,)`, `(batch, ..., 1)` log-odds of class 1, or `(batch, ..., 2)`.
            Otherwise `(batch, ..., num_classes)`.

    Example:
        >>> units = Classification(num_classes=2).units(np.array([1]), np.array([[0.5, 2.0]]), np)
        >>> units.predictions
        array([1.5])
    """

    num_classes: int = 2
    from_logits: bool = True
    one_hot: bool = False
    ignore_label: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.num_classes, int) or self.num_classes < 2:
            raise UserError(
                "Expected `num_classes` to be an integer >= 2. Received: "
                f"num_classes={self.num_classes!r}. Binary problems have 2."
            )

    def units(self, y_true: Any, y_pred: Any, xp: ModuleType) -> Units:
        """Returns labels `(units,)` and logits: `(units,)` if binary, else `(units, classes)`."""
        rows, width = self._rows(y_pred, xp)
        if self.from_logits and xp is np:
            _refuse_probabilities(rows)
        is_finite = _is_finite(rows, xp)
        if not self.from_logits:
            in_range = xp.logical_and(rows >= 0, rows <= 1)
            in_range = in_range if width == 1 else xp.all(in_range, axis=-1)
            is_finite = xp.logical_and(is_finite, in_range)
            rows = _log(rows, xp) - (_log(1 - rows, xp) if width == 1 else 0)
        if self.num_classes == 2 and width == 2:
            rows = rows[:, 1] - rows[:, 0]
        labels = self._labels(y_true, xp)
        is_counted = None if self.ignore_label is None else labels != self.ignore_label
        known = xp.minimum(xp.maximum(labels, 0), self.num_classes - 1)
        return Units(known, rows, is_finite, labels == known, is_counted)

    def _labels(self, y_true: Any, xp: ModuleType) -> Any:
        if self.one_hot:
            rows = xp.reshape(xp.array(y_true, dtype="float32"), (-1, y_true.shape[-1]))
            y_true = largest_class(rows, xp)
        return xp.reshape(xp.array(y_true, dtype="int32"), (-1,))

    def _rows(self, y_pred: Any, xp: ModuleType) -> tuple[Any, int]:
        """Returns `(units,)` or `(units, width)`, and the width."""
        # NumPy keeps double precision; a compiled step works in float32 whatever the policy.
        y_pred = xp.array(y_pred, dtype="float64" if xp is np else "float32")
        width = y_pred.shape[-1] if len(y_pred.shape) > 1 else 1
        if width != self.num_classes and not (self.num_classes == 2 and width == 1):
            expected = "1 or 2" if self.num_classes == 2 else str(self.num_classes)
            raise UserError(
                f"Expected predictions whose last axis holds {expected} logits for num_classes="
                f"{self.num_classes}. Received: y_pred.shape={tuple(y_pred.shape)}. Set "
                "`num_classes` to the number of outputs of the model."
            )
        if width == 1:
            return (y_pred if len(y_pred.shape) == 1 else xp.reshape(y_pred, (-1,))), width
        return (y_pred if len(y_pred.shape) == 2 else xp.reshape(y_pred, (-1, width))), width


def _refuse_probabilities(rows: Any) -> None:
    """Raises `UserError` for softmax rows: as logits they would all be nearly equally likely."""
    if len(rows.shape) < 2 or len(rows) < _FEWEST or rows.min() < 0 or rows.max() > 1:
        return
    certain = ((rows == 0) | (rows == 1)).all()  # decisions, one-hot
    if certain or np.abs(rows.sum(axis=-1) - 1).max() > _SUM_TO_ONE:
        return
    raise UserError(
        "Expected logits. Received: "
        f"y_pred of shape {rows.shape} whose rows are in [0, 1] and sum to 1, as those of a "
        "softmax do. Leave the softmax out, or say from_logits=False."
    )


def _is_finite(rows: Any, xp: ModuleType) -> Any:
    """Returns `(units,)`: whether all of a row is finite."""
    if len(rows.shape) == 1:
        return xp.isfinite(rows)
    # The sum of finite numbers this small is finite; NaN and infinity outlive the scaling.
    scale = xp.array(np.full((rows.shape[-1], 1), 2.0**-64), dtype=rows.dtype)
    return xp.isfinite(xp.reshape(xp.matmul(rows, scale), (-1,)))


def _log(probabilities: Any, xp: ModuleType) -> Any:
    return xp.log(xp.maximum(probabilities, _SMALLEST))
