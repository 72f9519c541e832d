"""The loss of answers that are pieces of a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

KINDS = ("spans",)
_NOWHERE = -1e9


@dataclass(frozen=True)
class SpanCrossEntropy:
    """Cross-entropy over positions, of where an answer begins and of where it ends.

    `-(log sum_{i in begins} p_i + log sum_{j in ends} q_j) / 2`, p and q the softmax over the
    positions at which an answer may begin or end, and the first one for "no answer". With one
    answer it is BERT's; with several gold answers any of them will do.

    Example:
        >>> import numpy as np
        >>> loss = SpanCrossEntropy()((), 0.0)
        >>> marks = np.array([[[0, 0], [-1, -1], [1, 0], [0, 1]]], "int8")
        >>> print(f"{float(loss(marks, np.zeros((1, 4, 2)))):.4f}")
        1.0986

    References:
        Devlin et al., 2019, NAACL, section 4.2; Clark and Gardner, 2018, ACL, section 2.2 (several
        gold answers).
    """

    def __call__(self, sizes: Sequence[float], label_smoothing: float) -> keras.losses.Loss:
        """Returns the loss.

        Args:
            sizes: Not for positions; ignored.
            label_smoothing: Not for positions; ignored.
        """
        return _SpanLoss(name="loss", dtype="float32")


class _SpanLoss(keras.losses.Loss):
    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns `(batch,)` losses of `(batch, length, 2)` marks, -1 where no answer can be."""
        logits = ops.cast(y_pred, "float32")
        marks = ops.cast(y_true, "float32")
        all_of_it = ops.logsumexp(ops.where(marks >= 0, logits, _NOWHERE), axis=1)
        right = ops.logsumexp(ops.where(marks > 0, logits, _NOWHERE), axis=1)
        return ops.mean(all_of_it - right, axis=-1)
