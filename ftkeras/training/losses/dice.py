"""A loss that looks at regions, and at small ones as at large ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

from ftkeras.errors import UserError
from ftkeras.training.losses import _pixel_loss

KINDS = ("masks",)
_ONE_PIXEL = 1.0


@dataclass(frozen=True)
class Dice:
    """One minus the soft Dice coefficient, averaged over classes, beside cross-entropy.

    For each picture and each class c that is in it:
    `1 - (2 sum_i y_ic p_ic + 1) / (sum_i y_ic + sum_i p_ic + 1)`, i being the pixels that count;
    the mean over these classes, plus `cross_entropy` times the mean of `-log p`. The Dice part
    counts a small region as much as a large one; alone it learns slowly at the beginning.

    Args:
        cross_entropy: Weight of the cross-entropy; 0 for none.
        class_weights: Weights within the cross-entropy; see `pixel_cross_entropy`.

    Example:
        >>> import numpy as np
        >>> loss = Dice(cross_entropy=0)((1, 1), label_smoothing=0.0)
        >>> sure = np.array([[[[20.0, -20.0], [-20.0, 20.0]]]])
        >>> print(f"{float(loss(np.array([[[0, 1]]]), sure)):.4f}")
        0.0000

    References:
        Milletari, Navab and Ahmadi, 2016, V-Net, 3DV; with cross-entropy: Isensee et al., 2021,
        nnU-Net, Nature Methods 18.
    """

    cross_entropy: float = 1.0
    class_weights: str | list[float] | None = None

    def __post_init__(self) -> None:
        _pixel_loss.check_class_weights(self.class_weights)
        if not isinstance(self.cross_entropy, int | float) or self.cross_entropy < 0:
            raise UserError(
                "Expected `cross_entropy` to be a number from 0 up. Received: "
                f"cross_entropy={self.cross_entropy!r}."
            )

    def __call__(self, pixels: Sequence[int], label_smoothing: float) -> keras.losses.Loss:
        """Returns the loss.

        Args:
            pixels: Training pixels of each class.
            label_smoothing: That of the cross-entropy.
        """
        weights = _pixel_loss.weights_of(self.class_weights, pixels)

        def cost(one_hot: Any, log_p: Any, counted: Any) -> Any:
            found = _one_minus_dice(one_hot, log_p, counted)
            if not self.cross_entropy:
                return found
            given = (one_hot, log_p, counted, weights, label_smoothing)
            return found + self.cross_entropy * _pixel_loss.cross_entropy(*given)

        return _pixel_loss.PixelLoss(cost)


def _one_minus_dice(one_hot: Any, log_p: Any, counted: Any) -> Any:
    """Returns `(batch,)`."""
    true = one_hot * counted[..., None]
    said = ops.exp(log_p) * counted[..., None]
    shared, sizes = ops.sum(true * said, axis=1), ops.sum(true, axis=1)
    dice = (2 * shared + _ONE_PIXEL) / (sizes + ops.sum(said, axis=1) + _ONE_PIXEL)
    there = ops.cast(sizes > 0, "float32")
    return ops.sum(there * (1 - dice), axis=-1) / ops.maximum(ops.sum(there, axis=-1), 1.0)
