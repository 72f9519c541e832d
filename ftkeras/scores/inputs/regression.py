"""Each unit has one number or several, and the model predicts them."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Inputs, Units
from ftkeras.errors import UserError
from ftkeras.scores.inputs._width import wide


@dataclass(frozen=True)
class Regression(Inputs):
    """True and predicted numbers, in the widest type that the backend has.

    Squares of large numbers differ in digits that float32 lacks.

    Args:
        num_outputs: How many numbers are predicted for a unit.

    Shapes:
        y_true: `(batch, ..., num_outputs)`; for one output also without the last axis.
        y_pred: The same, or `(batch,)`.

    Example:
        >>> import numpy as np
        >>> Regression().units(np.array([1, 2]), np.array([[1.5], [2.0]]), np).predictions.tolist()
        [[1.5], [2.0]]
    """

    unknown: ClassVar[str] = "are NaN or infinite"

    num_outputs: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.num_outputs, int) or self.num_outputs < 1:
            raise UserError(
                "Expected `num_outputs` to be an integer >= 1. Received: "
                f"num_outputs={self.num_outputs!r}."
            )

    def units(self, y_true: Any, y_pred: Any, xp: ModuleType) -> Units:
        """Returns labels and predictions `(units, outputs)`."""
        self._check(y_true, y_pred)
        labels, predictions = (
            xp.reshape(wide(values, xp), (-1, self.num_outputs)) for values in (y_true, y_pred)
        )
        is_known = xp.isfinite(labels)
        return Units(
            labels=xp.where(is_known, labels, xp.zeros_like(labels)),
            predictions=predictions,
            is_finite=xp.all(xp.isfinite(predictions), axis=-1),
            is_known=xp.all(is_known, axis=-1),
        )

    def _check(self, y_true: Any, y_pred: Any) -> None:
        """Raises `UserError` for shapes that broadcasting would make something else of."""
        true, predicted = tuple(y_true.shape), tuple(y_pred.shape)
        if self.num_outputs == 1:
            true, predicted = (
                shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
                for shape in (true, predicted)
            )
            fits = len(predicted) == len(true) and (len(y_pred.shape) == 1 or y_pred.shape[-1] == 1)
        else:
            fits = len(predicted) == len(true) > 1 and predicted[-1] == self.num_outputs
            fits = fits and true[-1] in (None, self.num_outputs)
        if not fits:
            raise UserError(
                f"Expected labels and predictions with {self.num_outputs} number(s) on the last "
                f"axis. Received: y_true.shape={tuple(y_true.shape)}, "
                f"y_pred.shape={tuple(y_pred.shape)}. Set `num_outputs` to the number of outputs "
                "of the model."
            )
