"""The smallest head: one dense layer from features to logits."""

from dataclasses import dataclass

import keras

from ftkeras.heads import _pooling
from ftkeras.heads._expect import expect_rate


@dataclass(frozen=True)
class Linear:
    """One dense layer, after dropout: the linear probe.

    `logits = dropout(features) W + b`. Features with more than one axis besides the batch are
    averaged over those first.

    Args:
        dropout: Share of features set to zero in training, in [0, 1).

    Example:
        >>> features = keras.Input((384,))
        >>> Linear()(features, num_outputs=2).shape
        (None, 2)
    """

    dropout: float = 0.1

    def __post_init__(self) -> None:
        expect_rate("dropout", self.dropout)

    def __call__(self, features: keras.KerasTensor, num_outputs: int) -> keras.KerasTensor:
        """Returns `(batch, num_outputs)` logits, always float32."""
        x = _pooling.flat(features)
        x = keras.layers.Dropout(self.dropout, name="dropout")(x)
        return keras.layers.Dense(num_outputs, dtype="float32", name="logits")(x)
