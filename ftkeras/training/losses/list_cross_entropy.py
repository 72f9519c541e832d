"""The loss of rankings: what is relevant should share all of the attention of its list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

KINDS = ("relevances",)


@dataclass(frozen=True)
class ListCrossEntropy:
    """Softmax cross-entropy over a list: `-sum_i (r_i / sum_j r_j) log softmax(s)_i`.

    r are the relevances and s the scores of the documents of one query; padding takes no part, and
    a list in which nothing is relevant costs nothing.

    Example:
        >>> import numpy as np
        >>> loss = ListCrossEntropy()((), 0.0)
        >>> relevances, scores = np.array([[1.0, 0.0, -1.0]]), np.array([[[0.0], [0.0], [9.0]]])
        >>> print(f"{float(loss(relevances, scores)):.4f}")
        0.6931

    References:
        Cao et al., 2007, ICML (ListNet); Bruch et al., 2019, ICTIR.
    """

    def __call__(self, sizes: Sequence[float], label_smoothing: float) -> keras.losses.Loss:
        """Returns the loss.

        Args:
            sizes: Not for rankings; ignored.
            label_smoothing: Not for rankings; ignored.
        """
        return _ListLoss(name="loss", dtype="float32")


class _ListLoss(keras.losses.Loss):
    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns `(batch,)` losses of `(batch, list)` relevances, -1 for padding."""
        relevance = ops.cast(y_true, "float32")
        scores = ops.reshape(ops.cast(y_pred, "float32"), ops.shape(relevance))
        there = relevance >= 0
        relevance = ops.where(there, relevance, 0.0)
        log_shares = ops.log_softmax(ops.where(there, scores, -1e9), axis=-1)
        total = ops.sum(relevance, axis=-1, keepdims=True)
        wanted = relevance / ops.where(total > 0, total, 1.0)
        return -ops.sum(wanted * ops.where(there, log_shares, 0.0), axis=-1)
