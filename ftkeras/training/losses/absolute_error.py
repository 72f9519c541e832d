"""A loss that outliers move little: the model learns medians."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
from keras import ops

from ftkeras.training.losses._number_loss import NumberLoss

KINDS = ("numbers",)


@dataclass(frozen=True)
class AbsoluteError:
    """Mean absolute error in standard deviations: `|y - p| / s`, averaged over targets.

    Example:
        >>> import numpy as np
        >>> loss = AbsoluteError()(spread=(2.0,), label_smoothing=0.0)
        >>> float(loss(np.array([3.0]), np.array([[7.0]])))
        2.0
    """

    def __call__(self, spread: Sequence[float], label_smoothing: float) -> keras.losses.Loss:
        """Returns the loss.

        Args:
            spread: Standard deviation s of each target in the training part.
            label_smoothing: Not for numbers; ignored.
        """
        return NumberLoss(ops.abs, spread)
