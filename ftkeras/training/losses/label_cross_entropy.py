"""The loss of several labels: each is a question of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras

KINDS = ("labels",)


@dataclass(frozen=True)
class LabelCrossEntropy:
    """Binary cross-entropy of each label, averaged over labels.

    With a share s of label smoothing, 1 counts as `1 - s / 2` and 0 as `s / 2`.

    Example:
        >>> import numpy as np
        >>> loss = LabelCrossEntropy()(label_counts=(3, 1), label_smoothing=0.0)
        >>> print(f"{float(loss(np.array([[1, 0]]), np.array([[0.0, 0.0]]))):.4f}")
        0.6931
    """

    def __call__(self, label_counts: Sequence[int], label_smoothing: float) -> keras.losses.Loss:
        """Returns the loss.

        Args:
            label_counts: Training examples of each label; not needed.
            label_smoothing: Share s of each label that is spread over its two answers.
        """
        return keras.losses.BinaryCrossentropy(
            from_logits=True, label_smoothing=label_smoothing, name="loss", dtype="float32"
        )
