"""XLNet: attention by how far places are apart, and by whether they are of one segment."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ftkeras")
class XlnetBlock(keras.layers.Layer):
    """A layer of XLNet on the content stream: relative attention and two dense layers.

    The logit of query i on key j is `((q_i + w) k_j + (q_i + r) R(i - j) + (q_i + s) e) / sqrt(d)`
    with R the projected distance and e one of two vectors, of the same and of another segment. A
    token always attends to itself. KerasHub's own reads a batch of several texts in another order
    than it stands in, so that each gets the distances and the mask of others.

    Args:
        heads: How many heads; the width of the states is a multiple of it.
        inner: Width between the dense layers.
        activation: Between the dense layers.
        epsilon: Added to the variance.
        dropout: Rate of every dropout.
        **options: Keras' own: `name`, `dtype`, `trainable`.

    Shapes:
        inputs: `(batch, places, width)`.
        padding_mask: `(batch, places)`, non-zero where there is a token.
        distances: `(2 places, width)`, and segments: `(batch, places)`, of `XlnetPlaces`.
        output: `(batch, places, width)`.

    Example:
        >>> import numpy as np
        >>> x, mask = np.ones((1, 3, 8), "float32"), np.ones((1, 3), "int32")
        >>> tuple(XlnetBlock(2, 16)(x, mask, np.ones((6, 8), "float32"), mask).shape)
        (1, 3, 8)

    References:
        Yang et al., 2019, XLNet, NeurIPS, section 2.4.
    """

    def __init__(
        self,
        heads: int,
        inner: int,
        activation: Any = "gelu",
        epsilon: float = 1e-12,
        dropout: float = 0.0,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.heads = heads
        self.inner = inner
        self.activation = keras.activations.get(activation)
        self.epsilon = epsilon
        self.dropout = dropout
        self._forget = keras.layers.Dropout(dropout)

    def build(self, inputs_shape: tuple[Any, ...], *others: object, **named: object) -> None:
        """Makes the projections, the biases, the dense layers and the norms."""
        width = inputs_shape[-1]
        normal = keras.initializers.TruncatedNormal(stddev=0.02)
        self.query, self.key, self.value, self.position, self.attention_output = (
            self._dense(width, name, use_bias=False)
            for name in ("query", "key", "value", "position", "attention_output")
        )
        shape = (self.heads, width // self.heads)
        self.content_bias, self.position_bias, self.segment_bias = (
            self.add_weight(name=name, shape=shape, initializer="zeros")
            for name in ("content_bias", "position_bias", "segment_bias")
        )
        self.segments = self.add_weight(name="segments", shape=(2, *shape), initializer=normal)
        self.intermediate = self._dense(self.inner, "feedforward_intermediate")
        self.output_dense = self._dense(width, "feedforward_output")
        self.attention_norm, self.feedforward_norm = (
            keras.layers.LayerNormalization(
                epsilon=self.epsilon, dtype=self.dtype_policy, name=name
            )
            for name in ("attention_norm", "feedforward_norm")
        )
        states = (None, None, width)
        for layer in (self.query, self.key, self.value, self.attention_output, self.intermediate):
            layer.build(states)
        self.position.build((None, width))
        self.output_dense.build((None, None, self.inner))
        self.attention_norm.build(states)
        self.feedforward_norm.build(states)
        super().build(inputs_shape)

    def _dense(self, units: int, name: str, use_bias: bool = True) -> keras.layers.Dense:
        normal = keras.initializers.TruncatedNormal(stddev=0.02)
        return keras.layers.Dense(
            units,
            use_bias=use_bias,
            kernel_initializer=normal,
            dtype=self.dtype_policy,
            name=name,
        )

    def call(
        self,
        inputs: keras.KerasTensor,
        padding_mask: keras.KerasTensor,
        distances: keras.KerasTensor,
        segments: keras.KerasTensor,
        training: bool | None = None,
    ) -> keras.KerasTensor:
        """Returns the states behind the block; see the class."""
        query, key, value = (self._split(f(inputs)) for f in (self.query, self.key, self.value))
        logits = self._logits(query, key, self._forget(distances, training=training), segments)
        places = ops.arange(ops.shape(inputs)[1])
        allowed = ops.cast(padding_mask, "bool")[:, None, :]
        allowed = ops.logical_or(allowed, (places[:, None] == places[None, :])[None])
        logits = ops.where(allowed[:, None], ops.cast(logits, "float32"), -1e9)
        weights = ops.cast(ops.softmax(logits), self.compute_dtype)
        mixed = ops.einsum("bnij,bjnd->bind", self._forget(weights, training=training), value)
        taken = self.attention_output(ops.reshape(mixed, ops.shape(inputs)))
        x = self.attention_norm(inputs + self._forget(taken, training=training))
        inner = self._forget(self.activation(self.intermediate(x)), training=training)
        return self.feedforward_norm(x + self._forget(self.output_dense(inner), training=training))

    def _logits(
        self,
        query: keras.KerasTensor,
        key: keras.KerasTensor,
        distances: keras.KerasTensor,
        segments: keras.KerasTensor,
    ) -> keras.KerasTensor:
        content = ops.einsum("bind,bjnd->bnij", query + self.content_bias, key)
        position = self._split(self.position(distances))
        apart = ops.einsum("bind,lnd->bnil", query + self.position_bias, position)
        apart = _shifted(apart)
        same = ops.einsum("bind,snd->bnis", query + self.segment_bias, self.segments)
        other = (segments[:, :, None] != segments[:, None, :])[:, None]
        segment = ops.where(other, same[..., 1:], same[..., :1])
        return (content + apart + segment) * key.shape[-1] ** -0.5

    def _split(self, x: keras.KerasTensor) -> keras.KerasTensor:
        leading = tuple(ops.shape(x))[:-1]
        return ops.reshape(x, (*leading, self.heads, x.shape[-1] // self.heads))

    def compute_output_shape(
        self, inputs_shape: tuple[int | None, ...], *others: object, **named: object
    ) -> tuple[int | None, ...]:
        """Returns the shape of the inputs."""
        return inputs_shape

    def get_config(self) -> dict[str, Any]:
        """Returns what the layer is built from."""
        names = ("heads", "inner", "epsilon", "dropout")
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in names},
            "activation": keras.activations.serialize(self.activation),
        }


def _shifted(x: keras.KerasTensor) -> keras.KerasTensor:
    """Row i of `(…, i, l)` from its place `places - i` on: logits on distance i - j at place j."""
    batch, heads, rows, columns = ops.shape(x)
    x = ops.reshape(x, (batch, heads, columns, rows))[:, :, 1:]
    return ops.reshape(x, (batch, heads, rows, columns - 1))[..., :rows]
