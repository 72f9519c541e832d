"""Transformer blocks in which each place turns its queries and keys."""

from typing import Any

import keras

from ftkeras.backbones.layers.rotary_attention import RotaryAttention

_SPREAD = 0.02


@keras.saving.register_keras_serializable(package="ftkeras")
class RotaryBlock(keras.layers.Layer):
    """A layer of ESM, or of RoFormer-v2: attention and two dense layers, each with a way around.

    With `norm_first` (ESM) `y = x + attention(norm(x))` and `y + dense(norm(y))` with layer
    normalisation; else (RoFormer-v2) `y = norm(x + attention(x))` and `norm(y + dense(y))`, where
    the norm divides by the root of the mean square.

    Args:
        sizes: How many heads, the width of a head, and the width between the dense layers.
        norm_first: Which of the two.
        wavelength: See `RotaryAttention`.
        activation: Between the dense layers.
        use_bias: Whether matrices have biases.
        epsilon: Added to the variance.
        dropout: Rate behind attention and behind the dense layers.
        attention_dropout: Rate at which attention forgets a token.
        **options: Keras' own: `name`, `dtype`, `trainable`.

    Shapes:
        inputs: `(batch, places, width)`.
        padding_mask: `(batch, places)`, non-zero where there is a token.
        output: `(batch, places, width)`.

    Example:
        >>> import numpy as np
        >>> block = RotaryBlock((2, 4, 16), norm_first=True)
        >>> tuple(block(np.ones((1, 3, 8), "float32"), np.ones((1, 3))).shape)
        (1, 3, 8)

    References:
        Lin et al., 2023, Evolutionary-scale prediction of atomic-level protein structure, Science.
        Su et al., 2022, RoFormerV2: A Faster and Better RoFormer, ZhuiyiAI.
    """

    def __init__(
        self,
        sizes: tuple[int, int, int],
        *,
        norm_first: bool,
        wavelength: float | None = None,
        activation: Any = "gelu",
        use_bias: bool = True,
        epsilon: float = 1e-12,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        heads, head_width, self.inner = sizes
        self.norm_first = norm_first
        self.use_bias = use_bias
        self.epsilon = epsilon
        self.dropout = dropout
        self.activation = keras.activations.get(activation)
        self.attention = RotaryAttention(
            heads,
            head_width,
            wavelength,
            halves=norm_first,
            use_bias=use_bias,
            dropout=attention_dropout,
            dtype=self.dtype_policy,
            name="attention",
        )
        self._forget = keras.layers.Dropout(dropout)

    def build(
        self, inputs_shape: tuple[int | None, ...], padding_mask_shape: object = None
    ) -> None:
        """Makes attention, the dense layers and the norms."""
        layers = keras.layers
        norm = layers.LayerNormalization if self.norm_first else layers.RMSNormalization
        self.attention_norm, self.feedforward_norm = (
            norm(epsilon=self.epsilon, dtype=self.dtype_policy, name=name)
            for name in ("attention_norm", "feedforward_norm")
        )
        self.intermediate = self._dense(self.inner, "feedforward_intermediate")
        self.output_dense = self._dense(inputs_shape[-1], "feedforward_output")
        self.attention.build(inputs_shape)
        for layer in (self.attention_norm, self.feedforward_norm, self.intermediate):
            layer.build(inputs_shape)
        self.output_dense.build((*inputs_shape[:-1], self.inner))
        super().build(inputs_shape)

    def _dense(self, units: int | None, name: str) -> keras.layers.Dense:
        return keras.layers.Dense(
            units,
            use_bias=self.use_bias,
            kernel_initializer=keras.initializers.TruncatedNormal(stddev=_SPREAD),
            dtype=self.dtype_policy,
            name=name,
        )

    def call(
        self,
        inputs: keras.KerasTensor,
        padding_mask: keras.KerasTensor,
        training: bool | None = None,
    ) -> keras.KerasTensor:
        """Returns the states behind the block; see the class."""
        x = self.attention_norm(inputs) if self.norm_first else inputs
        taken = self.attention(x, padding_mask, training=training)
        x = inputs + self._forget(taken, training=training)
        x = x if self.norm_first else self.attention_norm(x)
        inner = self.activation(
            self.intermediate(self.feedforward_norm(x) if self.norm_first else x)
        )
        x = x + self._forget(self.output_dense(inner), training=training)
        return x if self.norm_first else self.feedforward_norm(x)

    def compute_output_shape(
        self, inputs_shape: tuple[int | None, ...], padding_mask_shape: object = None
    ) -> tuple[int | None, ...]:
        """Returns the shape of the inputs."""
        return inputs_shape

    def get_config(self) -> dict[str, Any]:
        """Returns what the layer is built from."""
        names = ("norm_first", "use_bias", "epsilon", "dropout")
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in names},
            "sizes": [self.attention.heads, self.attention.head_width, self.inner],
            "wavelength": self.attention.wavelength,
            "attention_dropout": self.attention.dropout,
            "activation": keras.activations.serialize(self.activation),
        }
