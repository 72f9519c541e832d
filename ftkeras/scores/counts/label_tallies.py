"""How often each of several labels was right, true, predicted and known."""

import math
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.contracts.score import Terms
from ftkeras.errors import UserError


def predicted_labels(logits: Any, threshold: float, like: Any, xp: ModuleType) -> Any:
    """Returns 1 where a label is predicted, else 0, in the type of `like`.

    Args:
        logits: Log-odds of any shape.
        threshold: Probability above which a label is predicted.
        like: An array of the same shape.
        xp: `numpy` or `keras.ops`.
    """
    boundary = math.log(threshold) - math.log1p(-threshold)
    return xp.where(logits > boundary, xp.ones_like(like), xp.zeros_like(like))


def check_threshold(threshold: float) -> None:
    """Raises `UserError` unless a threshold is a probability between 0 and 1."""
    if not 0 < threshold < 1:
        raise UserError(
            "Expected `threshold` to be a probability between 0 and 1. Received: "
            f"threshold={threshold!r}. 0.5 is a logit of 0."
        )


@dataclass(frozen=True)
class LabelTallies(Terms):
    """`(4, num_labels)`: how often each label was right, true, predicted, and known.

    Right is where it holds and was predicted.

    Args:
        num_labels: Number of labels.
        threshold: Probability above which a label is predicted.

    Example:
        >>> import numpy as np
        >>> from ftkeras.scores.inputs.multilabel import Multilabel
        >>> units = Multilabel(2).units([[1, 0], [1, 1]], np.array([[2.0, 1.0], [-1.0, 3.0]]), np)
        >>> LabelTallies(2).tally(units).tolist()
        [[1.0, 1.0], [2.0, 1.0], [1.0, 2.0], [2.0, 2.0]]
    """

    num_labels: int
    threshold: float = 0.5

    def __post_init__(self) -> None:
        check_threshold(self.threshold)

    @property
    def shape(self) -> tuple[int, ...]:
        """`(4, num_labels)`."""
        return (4, self.num_labels)

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 4 * num_labels)`."""
        true, predicted, known = marks(labels, predictions, self.threshold, xp)
        return xp.concatenate([true * predicted, true, predicted, known], axis=-1)


def marks(labels: Any, logits: Any, threshold: float, xp: ModuleType) -> tuple[Any, Any, Any]:
    """Returns `(units, labels)` floats: 1 where a label holds, is predicted, and is known."""
    one, zero = xp.ones_like(logits), xp.zeros_like(logits)
    known = xp.where(labels >= 0, one, zero)
    predicted = known * predicted_labels(logits, threshold, logits, xp)
    return xp.where(labels == 1, one, zero), predicted, known
