"""A head that looks at directions only."""

from dataclasses import dataclass

import keras
from keras import ops

from ftkeras.errors import UserError
from ftkeras.heads import _pooling
from ftkeras.heads._expect import expect_rate


@dataclass(frozen=True)
class Cosine:
    """Cosine similarity of the features with a learned direction for each output, times a scale.

    `logits_c = scale cos(features, w_c)`: how long a feature vector is has no say. That helps where
    classes are few-shot or very unequal, whose rare classes otherwise get short weights. Directions
    are brought back to length 1 after every step; an average of them over steps (`ema`) is a little
    shorter.

    Args:
        scale: Largest logit that is possible, above 0; it bounds how confident answers can be.
        dropout: Share of features set to zero in training, in [0, 1).

    Example:
        >>> features = keras.Input((384,))
        >>> Cosine()(features, num_outputs=3).shape
        (None, 3)

    References:
        Gidaris and Komodakis, 2018, CVPR, section 3.2.
    """

    scale: float = 16.0
    dropout: float = 0.1

    def __post_init__(self) -> None:
        expect_rate("dropout", self.dropout)
        if not isinstance(self.scale, int | float) or not self.scale > 0:
            raise UserError(f"Expected `scale` > 0. Received: scale={self.scale!r}.")

    def __call__(self, features: keras.KerasTensor, num_outputs: int) -> keras.KerasTensor:
        """Returns `(batch, num_outputs)` logits, always float32."""
        x = _pooling.flat(features)
        x = keras.layers.Dropout(self.dropout, name="dropout")(x)
        x = keras.layers.UnitNormalization(name="direction", dtype="float32")(x)
        similarity = keras.layers.Dense(
            num_outputs,
            use_bias=False,
            kernel_constraint=keras.constraints.UnitNorm(axis=0),
            dtype="float32",
            name="similarity",
        )
        x = similarity(x)
        # The constraint holds after each step; this is before the first.
        length = ops.sqrt(ops.sum(ops.square(similarity.kernel), axis=0, keepdims=True))
        similarity.kernel.assign(similarity.kernel / length)
        return keras.layers.Rescaling(self.scale, dtype="float32", name="logits")(x)
