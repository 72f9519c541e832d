"""What losses of one class a pixel share: which pixels count, and weights of classes."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from ftkeras.errors import UserError
from ftkeras.mask import IGNORED


class PixelLoss(keras.losses.Loss):
    """A loss of each picture, from the classes of its pixels and their log-probabilities.

    The mean over a batch divides by its pictures, so that a weight w counts a picture w times.

    Args:
        cost: `(one_hot, log_p, counted)`, two of shape `(batch, pixels, classes)` and `(batch,
            pixels)` of 1 and 0, to `(batch,)`.
    """

    def __init__(self, cost: Callable[[Any, Any, Any], Any]) -> None:
        super().__init__(name="loss", dtype="float32")
        self.cost = cost

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Returns `(batch,)` losses of `(batch, rows, columns)` classes, 255 where left out."""
        classes = y_pred.shape[-1]
        pixels = int(np.prod(y_pred.shape[1:-1]))
        labels = ops.cast(ops.reshape(y_true, (-1, pixels)), "int32")
        logits = ops.reshape(ops.cast(y_pred, "float32"), (-1, pixels, classes))
        counted = ops.cast(labels != IGNORED, "float32")
        one_hot = ops.one_hot(ops.where(labels == IGNORED, 0, labels), classes, dtype="float32")
        return self.cost(one_hot, ops.log_softmax(logits, axis=-1), counted)


def cross_entropy(
    one_hot: Any, log_p: Any, counted: Any, weights: Any = None, label_smoothing: float = 0.0
) -> Any:
    """Returns `(batch,)` weighted mean over the counted pixels of `-sum_c q_c log p_c`.

    Args:
        one_hot: `(batch, pixels, classes)`.
        log_p: The same shape.
        counted: `(batch, pixels)`, 1 where a pixel counts.
        weights: `(classes,)` how much a pixel of a class counts; `None` for all alike.
        label_smoothing: Share s of `q = (1 - s) one_hot + s / classes`.
    """
    soft = (1 - label_smoothing) * one_hot + label_smoothing / one_hot.shape[-1]
    each = -ops.sum(soft * log_p, axis=-1)
    weighed = counted if weights is None else counted * ops.sum(one_hot * weights, axis=-1)
    return ops.sum(each * weighed, axis=-1) / ops.maximum(ops.sum(weighed, axis=-1), 1e-6)


def weights_of(class_weights: str | Sequence[float] | None, pixels: Sequence[int]) -> Any:
    """Returns `(classes,)` weights with a mean of 1, or `None` where all count alike.

    Args:
        class_weights: `"balanced"` for `1 / sqrt(share of pixels)`, or a number for each class.
        pixels: Training pixels of each class.

    Raises:
        UserError: There are not as many as classes, or one is negative.
    """
    if class_weights is None:
        return None
    if class_weights == "balanced":
        found = 1 / np.sqrt(np.maximum(np.asarray(pixels, "float64"), 1))
    else:
        found = np.asarray(class_weights, "float64")
        if found.shape != (len(pixels),) or (found < 0).any() or not found.sum():
            raise UserError(
                f"Expected `class_weights` to be {len(pixels)} numbers from 0 up, one for each "
                f"class, or 'balanced'. Received: class_weights={class_weights!r}."
            )
    return (found / found.mean()).astype("float32")


def check_class_weights(class_weights: object) -> None:
    """Raises `UserError` unless these are `None`, `"balanced"`, or a list of numbers."""
    listed = isinstance(class_weights, list | tuple) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in class_weights
    )
    if class_weights not in (None, "balanced") and not listed:
        raise UserError(
            "Expected `class_weights` to be 'balanced' or a list of numbers, one for each class. "
            f"Received: class_weights={class_weights!r}."
        )
