"""What logits of several classes say, computed so that confident ones keep their digits."""

from types import ModuleType
from typing import Any

import numpy as np


def largest_class(logits: Any, xp: ModuleType) -> Any:
    """Returns `(units,)` the class with the largest logit, the first of equals.

    Keras' `argmax` on TensorFlow takes -0 for less than 0; NumPy and XLA call them equal.

    Example:
        >>> import numpy as np
        >>> largest_class(np.array([[-0.0, 0.0, -1.0]]), np).tolist()
        [0]
    """
    if xp is np:
        return np.argmax(logits, axis=-1)
    num_classes = logits.shape[-1]
    is_largest = logits == xp.max(logits, axis=-1, keepdims=True)
    # NaN equals nothing: a row of it gets the last class, inside the counts.
    return xp.min(xp.where(is_largest, xp.arange(num_classes), num_classes - 1), axis=-1)


def log_softmax(logits: Any, xp: ModuleType) -> Any:
    """Returns the logarithm of the softmax over the last axis."""
    shifted = logits - xp.max(logits, axis=-1, keepdims=True)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=-1, keepdims=True))


def log_odds(logits: Any, xp: ModuleType) -> Any:
    """Returns `(units, classes)`: log p - log (1 - p) of each class's softmax probability.

    The rest of the largest class is summed without it, so that confident scores keep their order
    where 1 - p would round to zero.

    Example:
        >>> import numpy as np
        >>> log_odds(np.array([[100.0, 0.0, 0.0]]), np).round(4).tolist()
        [[99.3069, -100.0, -100.0]]
    """
    top = xp.max(logits, axis=-1, keepdims=True)
    shifted = logits - top
    classes = xp.expand_dims(xp.arange(logits.shape[-1]), 0)
    is_top = xp.equal(xp.expand_dims(largest_class(logits, xp), -1), classes)
    others = xp.where(is_top, -1e30, shifted)
    second = xp.max(others, axis=-1, keepdims=True)
    log_others = second + xp.log(xp.sum(xp.exp(others - second), axis=-1, keepdims=True))
    log_total = xp.log1p(xp.exp(log_others))
    log_p = shifted - log_total
    return xp.where(is_top, -log_others, log_p - xp.log1p(-xp.exp(xp.where(is_top, -1.0, log_p))))
