"""A loss that minimises the balanced error."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np

from ftkeras.errors import UserError
from ftkeras.training.losses._class_loss import ClassLoss


@dataclass(frozen=True)
class LogitAdjustment:
    """Cross-entropy of logits to which `tau log(prior)` of each class was added, in training only.

    The logits that are left answer as if all classes were equally frequent: the mean recall over
    classes is as high as the scores allow, and probabilities of rare classes come out too high for
    the data as they are. Classes without a training example take the prior of one example.

    Args:
        tau: At least 0; 0 changes nothing, 1 fits the balanced error.

    Example:
        >>> import numpy as np
        >>> loss = LogitAdjustment()(class_counts=(9, 1), label_smoothing=0.0)
        >>> print(f"{float(loss(np.array([1]), np.array([[0.0]]))):.4f}")
        2.3026

    References:
        Menon et al., 2021, ICLR, eq. 10.
    """

    tau: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.tau, int | float) or self.tau < 0:
            raise UserError(f"Expected `tau` >= 0. Received: tau={self.tau!r}.")

    def __call__(self, class_counts: Sequence[int], label_smoothing: float) -> keras.losses.Loss:
        """Returns the loss.

        Args:
            class_counts: Training examples of each class, before any balancing.
            label_smoothing: Share of each label that is spread over all classes.
        """
        counts = np.maximum(np.asarray(class_counts, "float64"), 1)
        offsets = self.tau * np.log(counts / counts.sum())
        return ClassLoss(lambda log_p: -log_p, label_smoothing, offsets.tolist())
