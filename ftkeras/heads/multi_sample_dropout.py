"""A linear head that is trained under several dropouts at once."""

from dataclasses import dataclass

import keras

from ftkeras.errors import UserError
from ftkeras.heads import _pooling
from ftkeras.heads._expect import expect_rate


@dataclass(frozen=True)
class MultiSampleDropout:
    """One dense layer on several dropped-out copies of the features; the logits are averaged.

    A step sees several samples of the dropout instead of one, so the gradient is less noisy and
    training gets by with fewer epochs; only the head is computed several times. Answers are those
    of the linear head.

    Args:
        samples: Copies, at least 2.
        dropout: Share of features set to zero in each copy in training, in [0, 1).

    Example:
        >>> features = keras.Input((384,))
        >>> MultiSampleDropout(samples=4)(features, num_outputs=2).shape
        (None, 2)

    References:
        Inoue, 2019, arXiv:1905.09788 (there the losses are averaged).
    """

    samples: int = 5
    dropout: float = 0.5

    def __post_init__(self) -> None:
        expect_rate("dropout", self.dropout)
        if not isinstance(self.samples, int) or self.samples < 2:
            raise UserError(
                f"Expected `samples` to be an integer >= 2. Received: samples={self.samples!r}. "
                "Take the linear head for one."
            )

    def __call__(self, features: keras.KerasTensor, num_outputs: int) -> keras.KerasTensor:
        """Returns `(batch, num_outputs)` logits, always float32."""
        x = _pooling.flat(features)
        dense = keras.layers.Dense(num_outputs, dtype="float32", name="logits")
        dropped = [
            dense(keras.layers.Dropout(self.dropout, name=f"dropout_{index}")(x))
            for index in range(self.samples)
        ]
        return keras.layers.Average(dtype="float32", name="average")(dropped)
