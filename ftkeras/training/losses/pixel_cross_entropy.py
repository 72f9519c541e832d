"""The loss of masks: each pixel is a question of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras

from ftkeras.training.losses import _pixel_loss

KINDS = ("masks",)


@dataclass(frozen=True)
class PixelCrossEntropy:
    """Mean over the pixels of a picture of `-w_c log p_c`, c being the true class.

    Pixels that are left out (255) do not count; a picture without any other adds 0. With weights,
    the mean divides by their sum over the pixels. The value of a batch is the mean over pictures.

    Args:
        class_weights: How much a pixel of each class counts, a number for each; `"balanced"` for
            `1 / sqrt(share of training pixels)`, scaled to a mean of 1. `None` counts all alike,
            which lets small classes starve where one fills most of the picture.

    Example:
        >>> import numpy as np
        >>> loss = PixelCrossEntropy()((9, 1), label_smoothing=0.0)
        >>> print(f"{float(loss(np.array([[[0, 255]]]), np.zeros((1, 1, 2, 2)))):.4f}")
        0.6931

    References:
        Long, Shelhamer and Darrell, 2015, CVPR; weights as in Eigen and Fergus, 2015, ICCV, but by
        the square root of the share.
    """

    class_weights: str | list[float] | None = None

    def __post_init__(self) -> None:
        _pixel_loss.check_class_weights(self.class_weights)

    def __call__(self, pixels: Sequence[int], label_smoothing: float) -> keras.losses.Loss:
        """Returns the loss.

        Args:
            pixels: Training pixels of each class.
            label_smoothing: Share of each pixel's label that is spread over all classes.
        """
        weights = _pixel_loss.weights_of(self.class_weights, pixels)
        return _pixel_loss.PixelLoss(
            lambda one_hot, log_p, counted: _pixel_loss.cross_entropy(
                one_hot, log_p, counted, weights, label_smoothing
            )
        )
