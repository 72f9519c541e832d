"""The last token of a sequence that is there."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ftkeras")
class LastToken(keras.layers.Layer):
    """Takes the last place that the mask keeps: the only one that a causal decoder saw all from.

    A row without any token gives its first place.

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
        >>> np.asarray(LastToken()(sequence, np.array([[1, 1, 0]]))).tolist()
        [[3.0, 6.0]]
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
        """Returns the last token that is there."""
        places = ops.arange(ops.shape(padding_mask)[1])
        last = ops.max(ops.where(padding_mask != 0, places[None], 0), axis=1)
        return ops.take_along_axis(inputs, last[:, None, None], axis=1)[:, 0]

    def compute_mask(self, inputs: keras.KerasTensor, mask: object = None) -> None:
        """The output has no time axis, so no mask goes on."""

    def compute_output_shape(
        self, inputs_shape: tuple[int | None, ...], padding_mask_shape: object = None
    ) -> tuple[int | None, ...]:
        """Returns `(batch, width)`."""
        return (inputs_shape[0], inputs_shape[2])
