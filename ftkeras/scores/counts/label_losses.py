"""How improbable the model found what was true of each label."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.contracts.score import Terms


@dataclass(frozen=True)
class LabelLosses(Terms):
    """`(2,)`: pairs of unit and label that are known, and their log loss.

    Args:
        num_labels: Number of labels.

    Example:
        >>> import numpy as np
        >>> from ftkeras.scores.inputs.multilabel import Multilabel
        >>> units = Multilabel(2).units([[1, 0]], np.array([[0.0, 0.0]]), np)
        >>> LabelLosses(2).tally(units).round(4).tolist()
        [2.0, 1.3863]
    """

    num_labels: int

    @property
    def shape(self) -> tuple[int, ...]:
        """`(2,)`."""
        return (2,)

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 2)`."""
        one, zero = xp.ones_like(predictions), xp.zeros_like(predictions)
        known = xp.where(labels >= 0, one, zero)
        against = xp.where(labels == 1, -predictions, predictions)
        loss = xp.maximum(against, 0) + xp.log1p(xp.exp(-xp.abs(against)))
        return xp.stack([xp.sum(known, axis=-1), xp.sum(known * loss, axis=-1)], -1)
