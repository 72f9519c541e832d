"""How far predicted probabilities are from what was true."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.contracts.score import Terms


@dataclass(frozen=True)
class SquaredErrorTerms(Terms):
    """`(2,)`: units, and their squared error summed over all classes.

    Args:
        num_classes: Number of classes.

    Example:
        >>> import numpy as np
        >>> from ftkeras.scores.inputs.classification import Classification
        >>> units = Classification(2).units([1], np.array([0.0]), np)
        >>> SquaredErrorTerms(2).tally(units).tolist()
        [1.0, 0.5]
    """

    num_classes: int = 2

    @property
    def shape(self) -> tuple[int, ...]:
        """`(2,)`."""
        return (2,)

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 2)`."""
        if len(predictions.shape) == 1:
            against = xp.where(labels == 1, -predictions, predictions)
            loss = xp.maximum(against, 0) + xp.log1p(xp.exp(-xp.abs(against)))
            squared = 2 * xp.square(1 - xp.exp(-loss))
        else:
            shifted = predictions - xp.max(predictions, axis=-1, keepdims=True)
            own = xp.take_along_axis(shifted, xp.expand_dims(labels, -1), axis=-1)[:, 0]
            odds = xp.exp(shifted)
            total = xp.sum(odds, axis=-1)
            # sum (p - y)^2 without writing out y: sum p^2 - 2 p_true + 1.
            squares = xp.sum(xp.square(odds), axis=-1) / xp.square(total)
            squared = xp.maximum(squares - 2 * xp.exp(own) / total + 1, 0)
        return xp.stack([xp.ones_like(squared), squared], -1)
