"""A head with one hidden layer."""

from dataclasses import dataclass

import keras

from ftkeras.heads import _pooling
from ftkeras.heads._expect import expect_rate, expect_units


@dataclass(frozen=True)
class Mlp:
    """Layer normalisation, a hidden layer with exact GELU, dropout, then the logits.

    Args:
        units: Width of the hidden layer.
        dropout: Share of hidden units set to zero in training, in [0, 1).

    Example:
        >>> features = keras.Input((384,))
        >>> Mlp(units=64)(features, num_outputs=10).shape
        (None, 10)
    """

    units: int = 256
    dropout: float = 0.1

    def __post_init__(self) -> None:
        expect_rate("dropout", self.dropout)
        expect_units(self.units)

    def __call__(self, features: keras.KerasTensor, num_outputs: int) -> keras.KerasTensor:
        """Returns `(batch, num_outputs)` logits, always float32."""
        x = _pooling.flat(features)
        x = keras.layers.LayerNormalization(name="normalisation")(x)
        x = keras.layers.Dense(self.units, activation="gelu", name="hidden")(x)
        x = keras.layers.Dropout(self.dropout, name="dropout")(x)
        return keras.layers.Dense(num_outputs, dtype="float32", name="logits")(x)
