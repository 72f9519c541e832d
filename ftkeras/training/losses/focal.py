"""A loss that looks away from what is easy."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
from keras import ops

from ftkeras.errors import UserError
from ftkeras.training.losses._class_loss import ClassLoss


@dataclass(frozen=True)
class Focal:
    """Focal loss: `-(1 - p)^gamma log p` of the label's probability p.

    What is answered well already counts less. Probabilities come out less confident than they
    are right; calibrate afterwards. At gamma 0 it is the cross-entropy. A weight for each class
    (alpha in the paper) is what `--balance` gives.

    Args:
        gamma: At least 0; 2 in the paper.

    Example:
        >>> import numpy as np
        >>> loss = Focal(gamma=2)(class_counts=(5, 5), label_smoothing=0.0)
        >>> print(f"{float(loss(np.array([1]), np.array([[0.0]]))):.4f}")
        0.1733

    References:
        Lin et al., 2017, ICCV, eq. 4.
    """

    gamma: float = 2.0

    def __post_init__(self) -> None:
        if not isinstance(self.gamma, int | float) or self.gamma < 0:
            raise UserError(f"Expected `gamma` >= 0. Received: gamma={self.gamma!r}.")

    def __call__(self, class_counts: Sequence[int], label_smoothing: float) -> keras.losses.Loss:
        """Returns the loss.

        Args:
            class_counts: Training examples of each class.
            label_smoothing: Share of each label that is spread over all classes.
        """

        def cost(log_p: keras.KerasTensor) -> keras.KerasTensor:
            # The smallest positive 1 - p of float32: the slope of x^gamma at 0 is infinite for
            # gamma below 1.
            return -ops.power(ops.maximum(-ops.expm1(log_p), 1e-7), self.gamma) * log_p

        return ClassLoss(cost, label_smoothing)
