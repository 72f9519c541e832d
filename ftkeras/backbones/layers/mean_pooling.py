"""The mean of the tokens that are there."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ftkeras")
class MeanPooling(keras.layers.Layer):
    """Averages a sequence over the places that its mask keeps.

    `sum_t mask_t x_t / max(sum_t mask_t, 1)`, summed in float32 whatever the compute type. A row
    without any token gives zeros, so that an empty row of padding can never poison a gradient
    with NaN.

    Args:
        name: Name of the layer.
        dtype: Compute type or policy.
        trainable: Accepted because Keras saves it; there is nothing to train.

    Shapes:
        inputs: `(batch, length, width)`.
        padding_mask: `(batch, length)`, non-zero where there is a token.
        output: `(batch, width)`.

    Example:
        >>> import numpy as np
        >>> sequence = np.array([[[1.0, 4.0], [3.0, 6.0], [9.0, 9.0]]])
        >>> np.asarray(MeanPooling()(sequence, np.array([[1, 1, 0]]))).tolist()
        [[2.0, 5.0]]
    """

    def __init__(
        self,
        name: str | None = None,
        dtype: "str | keras.DTypePolicy | None" = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.supports_masking = True

    def call(self, inputs: keras.KerasTensor, padding_mask: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the masked mean; see the class."""
        weight = ops.cast(padding_mask != 0, "float32")[..., None]
        total = ops.sum(ops.cast(inputs, "float32") * weight, axis=1)
        mean = total / ops.maximum(ops.sum(weight, axis=1), 1.0)
        return ops.cast(mean, self.compute_dtype)

    def compute_mask(self, inputs: keras.KerasTensor, mask: object = None) -> None:
        """The output has no time axis, so no mask goes on."""

    def compute_output_shape(
        self, inputs_shape: tuple[int | None, ...], padding_mask_shape: object = None
    ) -> tuple[int | None, ...]:
        """Returns `(batch, width)`."""
        return (inputs_shape[0], inputs_shape[2])
