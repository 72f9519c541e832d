"""How often each class was predicted for each true class."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Cells
from ftkeras.scores.counts.class_tallies import predicted_classes


@dataclass(frozen=True)
class ConfusionCells(Cells):
    """`(num_classes, num_classes)`: units by true class (rows) and predicted class (columns).

    Args:
        num_classes: Number of classes.
        threshold: Probability above which the answer is class 1; binary only.

    Example:
        >>> import numpy as np
        >>> from ftkeras.scores.inputs.classification import Classification
        >>> units = Classification(2).units([0, 1, 1], np.array([-1.0, 2.0, -3.0]), np)
        >>> ConfusionCells(2).tally(units).tolist()
        [[1.0, 0.0], [1.0, 1.0]]
    """

    num_classes: int = 2
    threshold: float = 0.5

    @property
    def shape(self) -> tuple[int, ...]:
        """`(num_classes, num_classes)`."""
        return (self.num_classes, self.num_classes)

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 1)`."""
        predicted = xp.array(predicted_classes(predictions, self.threshold, xp), dtype="int32")
        return xp.expand_dims(xp.array(labels, dtype="int32") * self.num_classes + predicted, -1)

    def kinds(self) -> NDArray[np.int64]:
        """Returns every cell."""
        return np.arange(self.size)[:, None]
