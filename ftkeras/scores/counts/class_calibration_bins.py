"""How often each class came, by how probable the model said it was."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Cells
from ftkeras.errors import UserError
from ftkeras.scores.counts._softmax import log_softmax


@dataclass(frozen=True)
class ClassCalibrationBins(Cells):
    """`(num_classes, 3, num_bins)`: units, summed probability and events of each class by bin.

    Bin `k` holds probabilities in [k / num_bins, (k + 1) / num_bins); 1 belongs to the last.

    Args:
        num_classes: Number of classes.
        num_bins: Number of bins.

    Example:
        >>> import numpy as np
        >>> from ftkeras.scores.inputs.classification import Classification
        >>> units = Classification(2).units([1, 0], np.array([0.0, -9.0]), np)
        >>> ClassCalibrationBins(2, num_bins=2).tally(units)[1].round(2).tolist()
        [[1.0, 1.0], [0.0, 0.5], [0.0, 1.0]]
    """

    is_complete: ClassVar[bool] = True

    num_classes: int = 2
    num_bins: int = 15

    def __post_init__(self) -> None:
        if not isinstance(self.num_bins, int) or self.num_bins < 1:
            raise UserError(
                f"Expected `num_bins` to be an integer >= 1. Received: num_bins={self.num_bins!r}."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """`(num_classes, 3, num_bins)`."""
        return (self.num_classes, 3, self.num_bins)

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 3 * num_classes)`."""
        probabilities = _probabilities(predictions, xp)
        place = xp.clip(xp.floor(probabilities * self.num_bins), 0, self.num_bins - 1)
        place = xp.array(place, dtype="int32")
        place = place + xp.expand_dims(xp.arange(self.num_classes) * 3 * self.num_bins, 0)
        return xp.concatenate([place + row * self.num_bins for row in range(3)], axis=-1)

    def amounts(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 3 * num_classes)`."""
        probabilities = _probabilities(predictions, xp)
        classes = xp.expand_dims(xp.arange(self.num_classes), 0)
        ones = xp.ones_like(probabilities)
        events = xp.where(xp.expand_dims(labels, -1) == classes, ones, xp.zeros_like(ones))
        return xp.concatenate([ones, probabilities, events], axis=-1)


def _probabilities(predictions: Any, xp: ModuleType) -> Any:
    if len(predictions.shape) > 1:
        return xp.exp(log_softmax(predictions, xp))
    odds = xp.clip(predictions, -80.0, 80.0)
    return xp.stack([1 / (1 + xp.exp(odds)), 1 / (1 + xp.exp(-odds))], -1)
