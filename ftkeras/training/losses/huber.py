"""Squared error near the label, absolute error far from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

from ftkeras.errors import UserError
from ftkeras.training.losses._number_loss import NumberLoss

KINDS = ("numbers",)


@dataclass(frozen=True)
class Huber:
    """Huber's loss of the error e in standard deviations, averaged over targets.

    `e^2 / 2` where |e| <= delta, else `delta (|e| - delta / 2)`: outliers pull no harder than an
    error of delta.

    Args:
        delta: Above 0, in standard deviations of the labels.

    Example:
        >>> import numpy as np
        >>> loss = Huber(delta=1.0)(spread=(2.0,), label_smoothing=0.0)
        >>> float(loss(np.array([3.0]), np.array([[7.0]])))
        1.5

    References:
        Huber, 1964, Annals of Mathematical Statistics 35.
    """

    delta: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.delta, int | float) or not 0 < self.delta < float("inf"):
            raise UserError(f"Expected `delta` > 0. Received: delta={self.delta!r}.")

    def __call__(self, spread: Sequence[float], label_smoothing: float) -> keras.losses.Loss:
        """Returns the loss.

        Args:
            spread: Standard deviation of each target in the training part.
            label_smoothing: Not for numbers; ignored.
        """

        def cost(error: Any) -> Any:
            size = ops.abs(error)
            near = ops.minimum(size, self.delta)
            return near * (size - near / 2)

        return NumberLoss(cost, spread)
