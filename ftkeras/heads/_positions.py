"""Logits at every position of a sequence."""

import keras
from keras import ops

from ftkeras.errors import UserError


def logits(
    features: keras.KerasTensor,
    num_outputs: int,
    mask: keras.KerasTensor | None,
    *,
    dropout: float,
    elsewhere: float,
) -> keras.KerasTensor:
    """Returns `(batch, length, num_outputs)` float32: one dense layer after dropout.

    Args:
        features: `(batch, length, width)`.
        num_outputs: Number of logits of each position.
        mask: `(batch, length)`, not zero where there is something; `None` where all is.
        dropout: Share of features set to zero in training.
        elsewhere: What stands where there is nothing.

    Raises:
        UserError: The features are not those of a sequence.
    """
    if len(features.shape) != 3:
        raise UserError(
            "Expected features of shape (batch, length, width). Received: features of shape "
            f"{features.shape}. Leave --tap out, or choose a backbone that gives a sequence."
        )
    x = keras.layers.Dropout(dropout, name="dropout")(features)
    x = keras.layers.Dense(num_outputs, dtype="float32", name="logits")(x)
    if mask is None:
        return x
    there = ops.expand_dims(ops.not_equal(mask, 0), -1)
    return ops.where(there, x, elsewhere)
