"""The first token of a sequence."""

import keras


@keras.saving.register_keras_serializable(package="ftkeras")
class ClassToken(keras.layers.Layer):
    """Takes the first place of a sequence, where BERT-like encoders put their class token.

    Args:
        name: Name of the layer.
        dtype: Compute type or policy.
        trainable: Accepted because Keras saves it; there is nothing to train.

    Shapes:
        inputs: `(batch, length, width)`.
        output: `(batch, width)`.

    Example:
        >>> import numpy as np
        >>> np.asarray(ClassToken()(np.array([[[1.0, 2.0], [3.0, 4.0]]]))).tolist()
        [[1.0, 2.0]]
    """

    def __init__(
        self,
        name: str | None = None,
        dtype: "str | keras.DTypePolicy | None" = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.supports_masking = True

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the first token."""
        return inputs[:, 0]

    def compute_mask(self, inputs: keras.KerasTensor, mask: object = None) -> None:
        """The output has no time axis, so no mask goes on."""

    def compute_output_shape(self, inputs_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, width)`."""
        return (inputs_shape[0], inputs_shape[2])
