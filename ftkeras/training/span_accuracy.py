"""How often the likeliest position is one at which an answer begins, or ends."""

from typing import Any

import keras
from keras import ops

_ENDS = ("start", "end")


class SpanAccuracy(keras.metrics.Metric):
    """Windows whose likeliest position is marked / windows, streamed while a model is fitted.

    It judges begins or ends alone, and windows rather than questions; the report's scores judge the
    answers that come of them. Range [0, 1]; 1 is best.

    Args:
        end: `"start"` or `"end"`.

    Shapes:
        y_true: `(batch, length, 2)`, 1 at right positions, -1 where no answer can be, else 0.
        y_pred: `(batch, length, 2)` logits.

    Example:
        >>> import numpy as np
        >>> metric = SpanAccuracy("start")
        >>> metric.update_state(np.array([[[0, 0], [1, 1]]]), np.array([[[0.0, 9.0], [1.0, 0.0]]]))
        >>> float(metric.result())
        1.0
    """

    def __init__(self, end: str) -> None:
        super().__init__(name=f"{end}_accuracy", dtype="float32")
        self._index = _ENDS.index(end)
        self._right = self.add_weight(shape=(), initializer="zeros", name="right", dtype="int32")
        self._all = self.add_weight(shape=(), initializer="zeros", name="all", dtype="int32")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Counts a batch; weights make no difference."""
        marks = ops.cast(y_true, "int32")[..., self._index]
        logits = ops.where(marks >= 0, ops.cast(y_pred, "float32")[..., self._index], -1e9)
        chosen = ops.expand_dims(ops.argmax(logits, axis=-1), -1)
        right = ops.take_along_axis(marks, chosen, axis=-1) > 0
        self._right.assign_add(ops.sum(ops.cast(right, "int32")))
        self._all.assign_add(ops.shape(ops.reshape(right, (-1,)))[0])

    def result(self) -> Any:
        """Returns the share so far."""
        right, every = ops.cast(self._right, "float32"), ops.cast(self._all, "float32")
        return ops.where(every > 0, right / ops.maximum(every, 1.0), float("nan"))
