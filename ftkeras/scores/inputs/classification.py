"""Each unit has one class out of several, and the model gives it one logit or one a class."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from ftkeras.contracts.score import Inputs, Units
from ftkeras.errors import UserError

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
        rows = self._rows(y_pred, xp)
        is_finite = xp.all(xp.isfinite(rows), axis=-1)
        if not self.from_logits:
            in_range = xp.logical_and(rows >= 0, rows <= 1)
            is_finite = xp.logical_and(is_finite, xp.all(in_range, axis=-1))
        if not self.from_logits:
            rows = _log(rows, xp) - (_log(1 - rows, xp) if rows.shape[-1] == 1 else 0)
        if self.num_classes == 2:
            rows = rows[:, 0] if rows.shape[-1] == 1 else rows[:, 1] - rows[:, 0]
        labels = xp.argmax(y_true, axis=-1) if self.one_hot else y_true
        labels = xp.reshape(xp.array(labels, dtype="int32"), (-1,))
        is_counted = None if self.ignore_label is None else labels != self.ignore_label
        is_known = xp.logical_and(labels >= 0, labels < self.num_classes)
        return Units(xp.where(is_known, labels, 0), rows, is_finite, is_known, is_counted)

    def _rows(self, y_pred: Any, xp: ModuleType) -> Any:
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
        return xp.reshape(y_pred, (-1, width))


def _log(probabilities: Any, xp: ModuleType) -> Any:
    return xp.log(xp.maximum(probabilities, _SMALLEST))
