"""Losses of predicted numbers, counted in standard deviations of the labels."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops


class NumberLoss(keras.losses.Loss):
    """Mean over targets of `cost((y_true - y_pred) / spread)`.

    Args:
        cost: Standardised errors -> costs, each by itself.
        spread: `(targets,)` standard deviation of each target in the training part.
    """

    def __init__(self, cost: Callable[[Any], Any], spread: Sequence[float]) -> None:
        super().__init__(name="loss", dtype="float32")
        self.cost = cost
        self.spread = np.asarray(spread, "float32")

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns `(batch,)` losses."""
        predicted = ops.cast(y_pred, "float32")
        true = ops.reshape(ops.cast(y_true, "float32"), ops.shape(predicted))
        return ops.mean(self.cost((true - predicted) / self.spread), axis=-1)
