"""The loss of tags: every word counts alike, in whatever text and batch it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

KINDS = ("tags",)


@dataclass(frozen=True)
class TagCrossEntropy:
    """Cross-entropy over the words of a text, `-(1 / m) sum_t log softmax(z_t)[tag_t]`.

    m is the mean number of words of a training text, the same for all of them. So the loss of a
    part is the same however it is cut into batches, and a word weighs as much in a long text as in
    a short one; the mean over the words of each batch, which others take, does neither. Padding
    takes no part. `s`, the label smoothing of the phase, spreads that share of each tag over all.

    Example:
        >>> import numpy as np
        >>> loss = TagCrossEntropy()((2.0,), 0.0)
        >>> tags, logits = np.array([[0, 1, -1]]), np.zeros((1, 3, 2))
        >>> print(f"{float(loss(tags, logits)):.4f}")
        0.6931
    """

    def __call__(self, sizes: Sequence[float], label_smoothing: float) -> keras.losses.Loss:
        """Returns the loss.

        Args:
            sizes: The mean number of words of a training text.
            label_smoothing: s, in [0, 1).
        """
        return _TagLoss(float(sizes[0]) if sizes else 1.0, label_smoothing)


class _TagLoss(keras.losses.Loss):
    def __init__(self, words: float, label_smoothing: float) -> None:
        super().__init__(name="loss", dtype="float32")
        self.words = words
        self.label_smoothing = label_smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns `(batch,)` losses of `(batch, words)` tags, -1 for padding."""
        tags = ops.cast(y_true, "int32")
        there = tags >= 0
        log_shares = ops.log_softmax(ops.cast(y_pred, "float32"), axis=-1)
        places = ops.where(there, tags, 0)[..., None]
        losses = -ops.take_along_axis(log_shares, places, axis=-1)[..., 0]
        if self.label_smoothing:
            spread = -ops.mean(log_shares, axis=-1)
            losses = (1 - self.label_smoothing) * losses + self.label_smoothing * spread
        return ops.sum(ops.where(there, losses, 0.0), axis=-1) / self.words
