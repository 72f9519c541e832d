"""Normalisation of a sequence as a whole, without what is only padding."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ftkeras")
class MaskedGroupNormalization(keras.layers.Layer):
    """Group normalisation with one group, whose mean and variance leave padding out.

    `(x - mean) / sqrt(variance + epsilon) * gamma + beta` with mean and variance over all channels
    of the first `lengths` places. Without the lengths, a sound would be encoded otherwise beside a
    longer one.

    Args:
        epsilon: Added to the variance.
        name: Name of the layer.
        dtype: Compute type or policy.
        trainable: Whether gamma and beta can be trained.

    Shapes:
        inputs: `(batch, places, channels)`.
        lengths: `(batch,)` integers.
        output: `(batch, places, channels)`.

    Example:
        >>> import numpy as np
        >>> x = np.array([[[1.0], [3.0], [99.0]]], "float32")
        >>> np.asarray(MaskedGroupNormalization(0.0)(x, np.array([2])))[0, :2, 0].tolist()
        [-1.0, 1.0]

    References:
        Wu and He, 2018, Group Normalization, ECCV.
    """

    def __init__(
        self,
        epsilon: float = 1e-5,
        name: str | None = None,
        dtype: "str | keras.DTypePolicy | None" = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.epsilon = epsilon

    def build(
        self, inputs_shape: tuple[int | None, ...], lengths_shape: tuple[int | None, ...] = ()
    ) -> None:
        """Adds gamma and beta."""
        shape = (inputs_shape[-1],)
        self.gamma = self.add_weight(name="gamma", shape=shape, initializer="ones")
        self.beta = self.add_weight(name="beta", shape=shape, initializer="zeros")

    def call(self, inputs: keras.KerasTensor, lengths: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the normalised sequence; see the class."""
        x = ops.cast(inputs, "float32")
        places = ops.arange(ops.shape(x)[1])
        there = ops.cast(places[None] < ops.cast(lengths, places.dtype)[:, None], "float32")
        weights = (there / ops.maximum(ops.sum(there, axis=1, keepdims=True), 1.0))[..., None]
        weights = weights / x.shape[-1]
        mean = ops.sum(x * weights, axis=(1, 2), keepdims=True)
        variance = ops.sum(ops.square(x - mean) * weights, axis=(1, 2), keepdims=True)
        scaled = (x - mean) * ops.rsqrt(variance + self.epsilon)
        scaled = scaled * ops.cast(self.gamma, "float32") + ops.cast(self.beta, "float32")
        return ops.cast(scaled, self.compute_dtype)

    def compute_output_shape(
        self, inputs_shape: tuple[int | None, ...], lengths_shape: object = None
    ) -> tuple[int | None, ...]:
        """Returns the shape of the inputs."""
        return inputs_shape

    def get_config(self) -> dict[str, object]:
        """Returns what the layer is built from."""
        return {**super().get_config(), "epsilon": self.epsilon}
