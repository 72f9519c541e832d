"""A head that learns which positions matter."""

from dataclasses import dataclass

import keras
from keras import ops

from ftkeras.errors import UserError
from ftkeras.heads._expect import expect_rate

TAPS = ("sequence", "feature_map")


@dataclass(frozen=True)
class AttentionPooling:
    """Averages the positions of a text or picture by learned weights, then one dense layer.

    `a = softmax_t(v . tanh(W h_t + b))` over the positions that are there (padding has weight
    zero); `logits = U dropout(sum_t a_t h_t) + c`. It takes the `sequence` of a text backbone, or
    the `feature_map` of an image backbone, by itself: leave `--tap` out.

    Args:
        units: Rows of W.
        dropout: Share of the pooled features set to zero in training, in [0, 1).

    Example:
        >>> sequence, mask = keras.Input((None, 384)), keras.Input((None,), dtype="int32")
        >>> AttentionPooling()(sequence, num_outputs=2, mask=mask).shape
        (None, 2)

    References:
        Yang et al., 2016, NAACL, eq. 5 to 7.
    """

    units: int = 128
    dropout: float = 0.1

    def __post_init__(self) -> None:
        expect_rate("dropout", self.dropout)
        if not isinstance(self.units, int) or self.units < 1:
            raise UserError(
                f"Expected `units` to be an integer >= 1. Received: units={self.units!r}."
            )

    def __call__(
        self,
        features: keras.KerasTensor,
        num_outputs: int,
        mask: keras.KerasTensor | None = None,
    ) -> keras.KerasTensor:
        """Returns `(batch, num_outputs)` logits, always float32.

        Args:
            features: `(batch, length, width)` or `(batch, height, width, channels)`.
            num_outputs: Number of logits.
            mask: `(batch, length)`, not zero where there is a token; `None` where all are.

        Raises:
            UserError: The features have no positions.
        """
        if len(features.shape) == 4:
            features = keras.layers.Reshape((-1, features.shape[-1]), name="positions")(features)
        if len(features.shape) != 3:
            raise UserError(
                "Expected features with positions: (batch, length, width) or (batch, height, "
                f"width, channels). Received: features of shape {features.shape}. Leave --tap out, "
                "or choose a backbone that gives a sequence or a feature map."
            )
        hidden = keras.layers.Dense(self.units, activation="tanh", name="hidden")(features)
        scores = keras.layers.Dense(1, use_bias=False, dtype="float32", name="scores")(hidden)
        there = None if mask is None else ops.expand_dims(ops.not_equal(mask, 0), -1)
        softmax = keras.layers.Softmax(axis=1, dtype="float32", name="weights")
        weights = softmax(scores) if there is None else softmax(scores, mask=there)
        pooled = keras.layers.Dot(axes=1, dtype="float32", name="pooled")([weights, features])
        x = keras.layers.Reshape((features.shape[-1],), name="flat")(pooled)
        x = keras.layers.Dropout(self.dropout, name="dropout")(x)
        return keras.layers.Dense(num_outputs, dtype="float32", name="logits")(x)
