"""A head that gives every backbone the same room."""

from dataclasses import dataclass

import keras

from ftkeras.heads import _parts
from ftkeras.heads._expect import expect_rate, expect_units

JOINS_PARTS = True


@dataclass(frozen=True)
class Concatenation:
    """Brings what each backbone says to one width, puts that side by side, then one dense layer.

    `h_i = relu(W_i x_i + b_i)`; `logits = U dropout([h_1, ..., h_k]) + c`. A backbone of 1280
    features has no more say than one of 384. The linear head on several backbones is the same
    without the `h_i`: features side by side as they are.

    Args:
        units: Width that each part gets.
        dropout: Share of hidden units set to zero in training, in [0, 1).

    Example:
        >>> side_by_side = keras.Input((384 + 1280,))
        >>> Concatenation()(side_by_side, num_outputs=2, widths=(384, 1280)).shape
        (None, 2)

    References:
        Baltrusaitis et al., 2019, IEEE TPAMI, section 3.1 (joint representations).
    """

    units: int = 128
    dropout: float = 0.1

    def __post_init__(self) -> None:
        expect_rate("dropout", self.dropout)
        expect_units(self.units)

    def __call__(
        self, features: keras.KerasTensor, num_outputs: int, widths: tuple[int, ...]
    ) -> keras.KerasTensor:
        """Returns `(batch, num_outputs)` logits, always float32.

        Args:
            features: `(batch, sum of widths)`.
            num_outputs: Number of logits.
            widths: How many of the features are those of each backbone.

        Raises:
            UserError: The features are not of these parts.
        """
        hidden = [
            keras.layers.Dense(self.units, activation="relu", name=f"part_{index}")(part)
            for index, part in enumerate(_parts.split(features, widths))
        ]
        x = keras.layers.Concatenate(name="side_by_side")(hidden)
        x = keras.layers.Dropout(self.dropout, name="dropout")(x)
        return keras.layers.Dense(num_outputs, dtype="float32", name="logits")(x)
