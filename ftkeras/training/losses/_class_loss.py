"""Losses of one label among K classes, on logits of either kind."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops


class ClassLoss(keras.losses.Loss):
    """Cross-entropy `sum_c q_c cost(log p_c)` of a label spread over the classes.

    Logits of shape `(batch, 1)` are the log-odds of class 1, others one logit a class.
    `q = (1 - smoothing) onehot(label) + smoothing / K`; labels may also be `(batch, K)` shares of
    the classes, in place of `onehot(label)`. As in all of Keras, the mean over a batch
    divides by its size, so that a weight w counts an example w times.

    Args:
        cost: `(batch, K)` log-probabilities -> `(batch, K)` costs.
        smoothing: Share of each label that is spread over all classes, in [0, 1).
        offsets: `(K,)` added to the logit of each class, in training only.
    """

    def __init__(
        self,
        cost: Callable[[Any], Any],
        smoothing: float = 0.0,
        offsets: Sequence[float] | None = None,
    ) -> None:
        super().__init__(name="loss", dtype="float32")
        self.cost = cost
        self.smoothing = smoothing
        self.offsets = None if offsets is None else np.asarray(offsets, "float32")

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns `(batch,)` losses."""
        logits = ops.cast(y_pred, "float32")
        if logits.shape[-1] == 1:
            logits = ops.concatenate([ops.zeros_like(logits), logits], axis=-1)
        if self.offsets is not None:
            logits = logits + self.offsets
        classes = logits.shape[-1]
        if len(y_true.shape) == 2 and y_true.shape[-1] != 1:
            shares = ops.cast(y_true, "float32")
        else:
            shares = ops.one_hot(ops.cast(ops.reshape(y_true, (-1,)), "int32"), classes)
        spread = (1 - self.smoothing) * shares + self.smoothing / classes
        return ops.sum(spread * self.cost(ops.log_softmax(logits, axis=-1)), axis=-1)
