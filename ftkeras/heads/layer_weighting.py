"""A head that learns which layers matter."""

from dataclasses import dataclass

import keras

from ftkeras.errors import UserError
from ftkeras.heads._expect import expect_rate

TAPS = ("layer_means",)


@dataclass(frozen=True)
class LayerWeighting:
    """A learned weighted sum of what every block says, then one dense layer.

    `x = sum_l w_l norm(m_l)`, with m_l the mean over the tokens after block l (embeddings first)
    and norm a layer normalisation without weights, so that no block speaks louder than another. All
    w_l start at 1 / L. The top block of a pretrained model is the best for its own pretraining task
    and often not for another. The mean of a sum is the sum of the means, so this is the weighted
    sum of all hidden states, at a thousandth of the memory. It takes `layer_means` by itself: leave
    `--tap` out.

    Args:
        dropout: Share of the features set to zero in training, in [0, 1).

    Example:
        >>> means = keras.Input((7, 384))
        >>> LayerWeighting()(means, num_outputs=2).shape
        (None, 2)

    References:
        Peters et al., 2018, NAACL, eq. 1 (where w is a softmax times a scale).
    """

    dropout: float = 0.1

    def __post_init__(self) -> None:
        expect_rate("dropout", self.dropout)

    def __call__(self, features: keras.KerasTensor, num_outputs: int) -> keras.KerasTensor:
        """Returns `(batch, num_outputs)` logits, always float32.

        Args:
            features: `(batch, layers, width)`.
            num_outputs: Number of logits.

        Raises:
            UserError: The features are not those of several layers.
        """
        if len(features.shape) != 3 or features.shape[1] is None:
            raise UserError(
                "Expected features of shape (batch, layers, width). Received: features of shape "
                f"{features.shape}. Leave --tap out."
            )
        layers, width = features.shape[1:]
        x = keras.layers.LayerNormalization(center=False, scale=False, name="normalised")(features)
        x = keras.layers.Permute((2, 1), name="layers_last")(x)
        even = keras.initializers.Constant(1 / layers)
        x = keras.layers.Dense(1, use_bias=False, kernel_initializer=even, name="layer_weights")(x)
        x = keras.layers.Reshape((width,), name="mixed")(x)
        x = keras.layers.Dropout(self.dropout, name="dropout")(x)
        return keras.layers.Dense(num_outputs, dtype="float32", name="logits")(x)
