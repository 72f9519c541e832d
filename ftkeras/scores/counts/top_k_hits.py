"""How often the true class was among the k largest logits."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Cells
from ftkeras.errors import UserError


@dataclass(frozen=True)
class TopKHits(Cells):
    """`(2,)`: units whose true class was not, and was, among the k largest logits.

    Of classes with equal logits the one with the smaller index comes first, as an unstable or
    pessimistic order would make the count depend on the backend.

    Args:
        num_classes: Number of classes, more than two.
        k: How many classes to look at.
    """

    num_classes: int
    k: int

    def __post_init__(self) -> None:
        if not isinstance(self.k, int) or not 1 <= self.k < self.num_classes:
            raise UserError(
                "Expected `k` to be an integer from 1 to num_classes - 1. Received: "
                f"k={self.k!r}, num_classes={self.num_classes}."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """`(2,)`."""
        return (2,)

    def hits(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units,)` booleans."""
        if len(predictions.shape) == 1:
            return (predictions > 0) == (labels == 1)
        classes = xp.expand_dims(xp.arange(self.num_classes), 0)
        label = xp.expand_dims(labels, -1)
        own = xp.sum(
            xp.where(xp.equal(classes, label), predictions, xp.zeros_like(predictions)),
            axis=-1,
            keepdims=True,
        )
        tied_before = xp.logical_and(predictions == own, classes < label)
        ahead = xp.where(xp.logical_or(predictions > own, tied_before), 1, 0)
        return xp.sum(ahead, axis=-1) < self.k

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 1)`."""
        return xp.expand_dims(xp.where(self.hits(labels, predictions, xp), 1, 0), -1)

    def kinds(self) -> NDArray[np.int64]:
        """Returns every cell."""
        return np.arange(2)[:, None]
