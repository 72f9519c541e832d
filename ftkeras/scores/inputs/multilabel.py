"""Each unit has any number of labels, and the model gives it one logit a label."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from ftkeras.contracts.score import Inputs, Units
from ftkeras.errors import UserError

_SMALLEST = 1e-30
"""Probabilities are kept above this, so that their logarithm stays finite in float32."""


@dataclass(frozen=True)
class Multilabel(Inputs):
    """Rows of labels, 1 where a label holds, and logits.

    Args:
        num_labels: Number of labels.
        from_logits: Whether predictions are logits (else probabilities, turned into logits).
        ignore_label: A value in `y_true` that marks a label of a unit as unknown, such as -1; it is
            left out, and a unit without any known label is too. `None` for none.

    Shapes:
        y_true: `(batch, ..., num_labels)` of 0 and 1.
        y_pred: `(batch, ..., num_labels)`.

    Example:
        >>> inputs = Multilabel(num_labels=2, ignore_label=-1)
        >>> inputs.units(np.array([[1, -1]]), np.array([[0.5, np.nan]]), np).predictions
        array([[0.5, 0. ]])
    """

    unknown: ClassVar[str] = "are neither 0 nor 1"

    num_labels: int
    from_logits: bool = True
    ignore_label: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.num_labels, int) or self.num_labels < 1:
            raise UserError(
                "Expected `num_labels` to be an integer >= 1. Received: "
                f"num_labels={self.num_labels!r}."
            )

    def units(self, y_true: Any, y_pred: Any, xp: ModuleType) -> Units:
        """Returns labels `(units, labels)`, -1 where unknown, and logits of the same shape."""
        rows = self._rows("y_pred", xp.array(y_pred, dtype=_width(xp)), xp)
        given = self._rows("y_true", xp.array(y_true, dtype="float32"), xp)
        is_good = xp.isfinite(rows)
        if not self.from_logits:
            is_good = xp.logical_and(is_good, xp.logical_and(rows >= 0, rows <= 1))
            rows = _log(rows, xp) - _log(1 - rows, xp)
        is_known = xp.logical_or(given == 0, given == 1)
        labels = xp.where(xp.logical_and(is_known, given == 1), 1, 0)
        if self.ignore_label is None:
            return Units(labels, rows, xp.all(is_good, axis=-1), xp.all(is_known, axis=-1))
        is_ignored = given == self.ignore_label
        return Units(
            labels=xp.where(is_ignored, -1, labels),
            predictions=xp.where(is_ignored, xp.zeros_like(rows), rows),
            is_finite=xp.all(xp.logical_or(is_good, is_ignored), axis=-1),
            is_known=xp.all(xp.logical_or(is_known, is_ignored), axis=-1),
            is_counted=xp.logical_not(xp.all(is_ignored, axis=-1)),
        )

    def _rows(self, name: str, values: Any, xp: ModuleType) -> Any:
        if len(values.shape) < 2 or values.shape[-1] not in (None, self.num_labels):
            raise UserError(
                f"Expected `{name}` whose last axis holds {self.num_labels} labels. Received: "
                f"{name}.shape={tuple(values.shape)}. Set `num_labels` to the number of outputs of "
                "the model, and give labels as rows of 0 and 1."
            )
        return xp.reshape(values, (-1, self.num_labels))


def _width(xp: ModuleType) -> str:
    # NumPy keeps double precision; a compiled step works in float32 whatever the policy.
    return "float64" if xp is np else "float32"


def _log(probabilities: Any, xp: ModuleType) -> Any:
    return xp.log(xp.maximum(probabilities, _SMALLEST))
