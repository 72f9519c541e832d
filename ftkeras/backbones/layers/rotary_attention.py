"""Self-attention in which each place turns its queries and keys."""

from typing import Any

import keras
from keras import ops

_SPREAD = 0.02


@keras.saving.register_keras_serializable(package="ftkeras")
class RotaryAttention(keras.layers.Layer):
    """Self-attention on the tokens that are there, `softmax(q k' / sqrt(head_width)) v`.

    Before that, pairs of numbers of q and k at place t are turned by
    `t / wavelength^(2 i / head_width)`.

    Args:
        heads: How many heads.
        head_width: Width of a head; even where places turn it.
        wavelength: Of the slowest pair, over 2 pi; `None` turns nothing.
        halves: Whether a pair is number i of both halves (ESM), not numbers 2 i and 2 i + 1
            (RoFormer).
        use_bias: Whether the four matrices have biases.
        dropout: Rate at which attention forgets a token.
        **options: Keras' own: `name`, `dtype`, `trainable`.

    Shapes:
        inputs: `(batch, places, width)`.
        padding_mask: `(batch, places)`, non-zero where there is a token.
        output: `(batch, places, width)`.

    Example:
        >>> import numpy as np
        >>> attention, x = RotaryAttention(2, 4, 100.0), np.ones((1, 3, 8), "float32")
        >>> alone = attention(x[:, :2], np.array([[1, 1]]))
        >>> bool(np.allclose(attention(x, np.array([[1, 1, 0]]))[:, :2], alone, atol=1e-6))
        True

    References:
        Su et al., 2021, RoFormer: Enhanced Transformer with Rotary Position Embedding, eq. 34.
    """

    def __init__(
        self,
        heads: int,
        head_width: int,
        wavelength: float | None = None,
        *,
        halves: bool = True,
        use_bias: bool = True,
        dropout: float = 0.0,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.heads = heads
        self.head_width = head_width
        self.wavelength = wavelength
        self.halves = halves
        self.use_bias = use_bias
        self.dropout = dropout
        self._forget = keras.layers.Dropout(dropout)

    def build(
        self, inputs_shape: tuple[int | None, ...], padding_mask_shape: object = None
    ) -> None:
        """Makes the four matrices."""
        inner = self.heads * self.head_width
        self.query, self.key, self.value = (
            self._dense(inner, name) for name in ("query", "key", "value")
        )
        self.output_dense = self._dense(inputs_shape[-1], "attention_output")
        for dense in (self.query, self.key, self.value):
            dense.build(inputs_shape)
        self.output_dense.build((*inputs_shape[:-1], inner))
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
        """Returns what each place takes from the others; see the class."""
        batch, places = ops.shape(inputs)[0], ops.shape(inputs)[1]
        shape = (batch, places, self.heads, self.head_width)
        query = self._turned(ops.reshape(self.query(inputs), shape), places)
        key = self._turned(ops.reshape(self.key(inputs), shape), places)
        value = ops.reshape(self.value(inputs), shape)
        logits = ops.cast(ops.einsum("bqhd,bkhd->bhqk", query, key), "float32")
        there = ops.cast(padding_mask, "bool")[:, None, None]
        logits = ops.where(there, logits * self.head_width**-0.5, -1e9)
        weights = ops.cast(ops.softmax(logits), self.compute_dtype)
        mixed = ops.einsum("bhqk,bkhd->bqhd", self._forget(weights, training=training), value)
        return self.output_dense(ops.reshape(mixed, (batch, places, shape[2] * shape[3])))

    def _turned(self, x: keras.KerasTensor, places: Any) -> keras.KerasTensor:
        if self.wavelength is None:
            return x
        half = self.head_width // 2
        fastest = 2 * ops.cast(ops.arange(half), "float32") / self.head_width
        turns = ops.cast(ops.arange(places), "float32")[:, None]
        angles = (turns / ops.power(float(self.wavelength), fastest))[None, :, None]
        cosine, sine = (ops.cast(f(angles), x.dtype) for f in (ops.cos, ops.sin))
        if self.halves:
            first, second = x[..., :half], x[..., half:]
        else:
            first, second = x[..., ::2], x[..., 1::2]
        pair = (first * cosine - second * sine, second * cosine + first * sine)
        if self.halves:
            return ops.concatenate(pair, axis=-1)
        return ops.reshape(ops.stack(pair, axis=-1), ops.shape(x))

    def compute_output_shape(
        self, inputs_shape: tuple[int | None, ...], padding_mask_shape: object = None
    ) -> tuple[int | None, ...]:
        """Returns the shape of the inputs."""
        return inputs_shape

    def get_config(self) -> dict[str, Any]:
        """Returns what the layer is built from."""
        names = ("heads", "head_width", "wavelength", "halves", "use_bias", "dropout")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
