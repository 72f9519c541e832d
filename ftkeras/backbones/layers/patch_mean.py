"""The mean of a vision transformer's patches."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ftkeras")
class PatchMean(keras.layers.Layer):
    """Averages the patches of a picture, without the tokens in front that are no patches.

    Args:
        prefix: How many tokens in front are none: class token, distillation token, registers.
        name: Name of the layer.
        dtype: Compute type or policy.
        trainable: Accepted because Keras saves it; there is nothing to train.

    Shapes:
        inputs: `(batch, prefix + patches, width)`.
        output: `(batch, width)`.

    Example:
        >>> import numpy as np
        >>> np.asarray(PatchMean(1)(np.array([[[9.0], [1.0], [3.0]]]))).tolist()
        [[2.0]]
    """

    def __init__(
        self,
        prefix: int = 0,
        name: str | None = None,
        dtype: "str | keras.DTypePolicy | None" = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.prefix = prefix

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the mean of the patches."""
        return ops.mean(inputs[:, self.prefix :], axis=1)

    def compute_output_shape(self, inputs_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, width)`."""
        return (inputs_shape[0], inputs_shape[2])

    def get_config(self) -> dict[str, object]:
        """Returns what the layer is built from."""
        return {**super().get_config(), "prefix": self.prefix}
