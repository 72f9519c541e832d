"""How often each class was right, true and predicted."""

import math
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Cells
from ftkeras.errors import UserError
from ftkeras.scores.counts._softmax import largest_class


def predicted_classes(predictions: Any, threshold: float, xp: ModuleType) -> Any:
    """Returns `(units,)` predicted classes.

    Args:
        predictions: `(units,)` log-odds, positive where the probability is above `threshold`; or
            `(units, classes)` logits, of which the largest wins (the first of equals).
        threshold: Probability above which the answer is class 1; binary only.
        xp: `numpy` or `keras.ops`.
    """
    if len(predictions.shape) == 1:
        boundary = math.log(threshold) - math.log1p(-threshold)
        return xp.array(predictions > boundary, dtype="int32")
    return largest_class(predictions, xp)


@dataclass(frozen=True)
class ClassTallies(Cells):
    """`(3, num_classes)`: units of a class that were right, that are true, that were predicted.

    The rows are the diagonal and both margins of the confusion matrix: all that accuracy,
    precision, recall, F-scores, Matthews correlation and Cohen's kappa need, in a state that grows
    with the number of classes rather than its square.

    Args:
        num_classes: Number of classes.
        threshold: Probability above which the answer is class 1; binary only.

    Example:
        >>> import numpy as np
        >>> from ftkeras.scores.inputs.classification import Classification
        >>> units = Classification(2).units([0, 1, 1], np.array([-1.0, 2.0, -3.0]), np)
        >>> ClassTallies(2).tally(units).tolist()
        [[1.0, 1.0], [1.0, 2.0], [2.0, 1.0]]
    """

    num_classes: int = 2
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.threshold < 1:
            raise UserError(
                "Expected `threshold` to be a probability between 0 and 1. Received: "
                f"threshold={self.threshold!r}. 0.5 is a logit of 0."
            )
        if self.num_classes > 2 and self.threshold != 0.5:
            raise UserError(
                "Expected `threshold` with two classes only: with more, the largest logit wins. "
                f"Received: threshold={self.threshold!r}, num_classes={self.num_classes}."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """`(3, num_classes)`."""
        return (3, self.num_classes)

    def cells(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 3)`: the cell in each row of the counts, -1 for a wrong answer."""
        return xp.stack(self.columns(labels, predictions, xp), -1)

    def columns(self, labels: Any, predictions: Any, xp: ModuleType) -> list[Any]:
        """Returns the cell in each row."""
        predicted = xp.array(predicted_classes(predictions, self.threshold, xp), dtype="int32")
        labels = xp.array(labels, dtype="int32")
        right = xp.where(predicted == labels, labels, -1)
        return [right, self.num_classes + labels, 2 * self.num_classes + predicted]

    def kinds(self) -> NDArray[np.int64]:
        """Returns the cells of each true and predicted class."""
        place = np.arange(self.num_classes)
        true, predicted = (axis.ravel() for axis in np.meshgrid(place, place, indexing="ij"))
        right = np.where(true == predicted, true, -1)
        return np.stack([right, self.num_classes + true, 2 * self.num_classes + predicted], -1)
