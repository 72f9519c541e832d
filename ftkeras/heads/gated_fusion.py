"""A head that learns, for each example, which backbone to listen to."""

from dataclasses import dataclass

import keras

from ftkeras.heads import _parts
from ftkeras.heads._expect import expect_rate, expect_units

JOINS_PARTS = True


@dataclass(frozen=True)
class GatedFusion:
    """A gated multimodal unit over the features of several backbones, then one dense layer.

    `h_i = tanh(W_i x_i + b_i)`, `z_i = sigmoid(V_i [x_1, ..., x_k] + c_i)`, `h = sum_i z_i h_i`,
    all products element by element; `logits = U dropout(h) + d`. Of two parts the gates are z and
    1 - z, as in the paper. What one backbone says can so be ignored where another one makes it
    doubtful, which a sum of both cannot.

    Args:
        units: Width of h.
        dropout: Share of hidden units set to zero in training, in [0, 1).

    Example:
        >>> side_by_side = keras.Input((384 + 1280,))
        >>> GatedFusion()(side_by_side, num_outputs=2, widths=(384, 1280)).shape
        (None, 2)

    References:
        Arevalo et al., 2017, arXiv:1702.01992, section 3.1.
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
            keras.layers.Dense(self.units, activation="tanh", name=f"part_{index}")(part)
            for index, part in enumerate(_parts.split(features, widths))
        ]
        gates = [
            keras.layers.Dense(self.units, activation="sigmoid", name=f"gate_{index}")(features)
            for index in range(1 if len(hidden) == 2 else len(hidden))
        ]
        if len(gates) == 1:
            gates.append(1 - gates[0])
        heard = [
            keras.layers.Multiply(name=f"heard_{index}")(pair)
            for index, pair in enumerate(zip(gates, hidden, strict=True))
        ]
        x = keras.layers.Add(name="fused")(heard)
        x = keras.layers.Dropout(self.dropout, name="dropout")(x)
        return keras.layers.Dense(num_outputs, dtype="float32", name="logits")(x)
