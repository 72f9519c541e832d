"""Red, green, blue to blue, green, red."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ftkeras")
class ReversedChannels(keras.layers.Layer):
    """Turns the order of the channels around, for networks that were trained on Caffe's order.

    Args:
        name: Name of the layer.
        dtype: Compute type or policy.
        trainable: Accepted because Keras saves it; there is nothing to train.

    Shapes:
        inputs: `(batch, height, width, channels)`.
        output: the same.

    Example:
        >>> import numpy as np
        >>> np.asarray(ReversedChannels()(np.array([[[[1.0, 2.0, 3.0]]]]))).tolist()
        [[[[3.0, 2.0, 1.0]]]]
    """

    def __init__(
        self,
        name: str | None = None,
        dtype: "str | keras.DTypePolicy | None" = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the channels in reverse order."""
        return ops.flip(inputs, axis=-1)

    def compute_output_shape(self, inputs_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the shape of the inputs."""
        return inputs_shape
