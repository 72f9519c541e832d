"""How improbable the model found what was true."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.contracts.score import Terms


@dataclass(frozen=True)
class ProbabilityTerms(Terms):
    """`(2,)`: units and their log loss.

    Args:
        num_classes: Number of classes.

    Example:
        >>> import numpy as np
        >>> from ftkeras.scores.inputs.classification import Classification
        >>> units = Classification(2).units([1], np.array([0.0]), np)
        >>> ProbabilityTerms(2).tally(units).round(4).tolist()
        [1.0, 0.6931]
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
        else:
            shifted = predictions - xp.max(predictions, axis=-1, keepdims=True)
            own = xp.take_along_axis(shifted, xp.expand_dims(labels, -1), axis=-1)[:, 0]
            loss = xp.log(xp.sum(xp.exp(shifted), axis=-1)) - own
        return xp.stack([xp.ones_like(loss), loss], -1)
