"""The loss of detectors: a focal loss of classes, and a smooth one of sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

from ftkeras.errors import UserError

KINDS = ("boxes",)
_IGNORED = -2


@dataclass(frozen=True)
class FocalBoxes:
    """`(sum focal + box_weight * sum smooth L1) / objects' anchors`, over a batch.

    Focal, at every anchor that is not ignored and for each class with probability p:
    `-alpha (1 - p)^gamma log p` where it holds, `-(1 - alpha) p^gamma log(1 - p)` where not.
    Smooth L1 of the four sides, at anchors that stand for an object: `e^2 / (2 beta)` where
    |e| < beta, else `|e| - beta / 2`. Divided by the number of anchors that stand for an object in
    the batch, or by 1 where there is none.

    Args:
        gamma: At least 0; 2 in the paper.
        alpha: Weight of what holds, in (0, 1); 0.25 in the paper.
        box_weight: Above 0.
        beta: Above 0.

    Example:
        >>> import numpy as np
        >>> loss = FocalBoxes()((), 0.0)
        >>> background, sure = np.array([[[0, 0, 0, 0, -1.0]]]), np.array([[[0, 0, 0, 0, -9.0]]])
        >>> print(f"{float(loss(background, sure)):.4f}")
        0.0000

    References:
        Lin et al., 2017, ICCV, eq. 5; Girshick, 2015, ICCV, eq. 3 (smooth L1).
    """

    gamma: float = 2.0
    alpha: float = 0.25
    box_weight: float = 1.0
    beta: float = 0.1

    def __post_init__(self) -> None:
        if not self.gamma >= 0 or not 0 < self.alpha < 1:
            raise UserError(
                "Expected `gamma` >= 0 and `alpha` in (0, 1). Received: "
                f"gamma={self.gamma!r}, alpha={self.alpha!r}."
            )
        if not self.box_weight > 0 or not self.beta > 0:
            raise UserError(
                "Expected `box_weight` > 0 and `beta` > 0. Received: "
                f"box_weight={self.box_weight!r}, beta={self.beta!r}."
            )

    def __call__(self, sizes: Sequence[float], label_smoothing: float) -> keras.losses.Loss:
        """Returns the loss.

        Args:
            sizes: Not for boxes; ignored.
            label_smoothing: Not for boxes; ignored.
        """
        return _BoxLoss(self)


class _BoxLoss(keras.losses.Loss):
    def __init__(self, settings: FocalBoxes) -> None:
        super().__init__(name="loss", dtype="float32")
        self.settings = settings

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns `(batch,)` losses whose mean is that of the batch.

        Args:
            y_true: `(batch, anchors, 5)`: encoded box, and class; -1 for background, -2 ignored.
            y_pred: `(batch, anchors, 4 + classes)`.
        """
        classes = y_true[..., 4]
        stands = ops.cast(classes >= 0, "float32")
        judged = ops.cast(ops.not_equal(classes, _IGNORED), "float32")
        holds = ops.one_hot(ops.cast(classes, "int32"), y_pred.shape[-1] - 4)
        focal = ops.sum(self._focal(holds, y_pred[..., 4:]), axis=-1)
        sides = ops.sum(self._smooth(y_pred[..., :4] - y_true[..., :4]), axis=-1)
        each = ops.sum(focal * judged + self.settings.box_weight * sides * stands, axis=1)
        examples = ops.cast(ops.shape(each)[0], "float32")
        return each * examples / ops.maximum(ops.sum(stands), 1.0)

    def _focal(self, holds: Any, logits: Any) -> Any:
        alpha, gamma = self.settings.alpha, self.settings.gamma
        sign = 2 * holds - 1
        # log p and p of what is true, both without overflow.
        log_p = -ops.softplus(-sign * logits)
        missed = ops.sigmoid(-sign * logits)
        weight = alpha * holds + (1 - alpha) * (1 - holds)
        return -weight * ops.power(ops.maximum(missed, 1e-7), gamma) * log_p

    def _smooth(self, error: Any) -> Any:
        size, beta = ops.abs(error), self.settings.beta
        near = ops.minimum(size, beta)
        return near * (size - near / 2) / beta
