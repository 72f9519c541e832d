"""The plain loss, with labels that are less than certain."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras

from ftkeras.errors import UserError
from ftkeras.training.losses._class_loss import ClassLoss


@dataclass(frozen=True)
class CrossEntropy:
    """Cross-entropy with label smoothing: `-sum_c q_c log p_c`.

    `q = (1 - s) onehot(label) + s / K`: of each label, a share s is spread over all K classes.

    Args:
        label_smoothing: s, in [0, 1).

    Example:
        >>> import numpy as np
        >>> loss = CrossEntropy()(class_counts=(5, 5), label_smoothing=0.0)
        >>> print(f"{float(loss(np.array([1]), np.array([[0.0]]))):.4f}")
        0.6931

    References:
        Szegedy et al., 2016, CVPR, section 7.
    """

    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.label_smoothing, int | float) or not 0 <= self.label_smoothing < 1:
            raise UserError(
                "Expected `label_smoothing` in [0, 1). "
                f"Received: label_smoothing={self.label_smoothing!r}."
            )

    def __call__(self, class_counts: Sequence[int], label_smoothing: float) -> keras.losses.Loss:
        """Returns the loss; a phase's own smoothing goes before this one's.

        Args:
            class_counts: Training examples of each class.
            label_smoothing: That of the phase.
        """
        return ClassLoss(lambda log_p: -log_p, label_smoothing or self.label_smoothing)
