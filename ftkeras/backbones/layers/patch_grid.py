"""The tokens of a vision transformer where their patches stood."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ftkeras")
class PatchGrid(keras.layers.Layer):
    """Puts the tokens of patches back into rows and columns, without the tokens in front of them.

    Args:
        rows: Patches from top to bottom.
        columns: Patches from left to right. The last `rows * columns` tokens are patches; in front
            of them may stand a class token, a distillation token and registers.
        name: Name of the layer.
        dtype: Compute type or policy.
        trainable: Accepted because Keras saves it; there is nothing to train.

    Shapes:
        inputs: `(batch, tokens, width)`.
        output: `(batch, rows, columns, width)`.

    Example:
        >>> import numpy as np
        >>> np.asarray(PatchGrid(1, 2)(np.array([[[9.0], [1.0], [3.0]]]))).tolist()
        [[[[1.0], [3.0]]]]
    """

    def __init__(
        self,
        rows: int,
        columns: int,
        name: str | None = None,
        dtype: "str | keras.DTypePolicy | None" = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.rows = rows
        self.columns = columns

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the grid."""
        patches = inputs[:, -self.rows * self.columns :]
        return ops.reshape(patches, (-1, self.rows, self.columns, inputs.shape[-1]))

    def compute_output_shape(self, inputs_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, rows, columns, width)`."""
        return (inputs_shape[0], self.rows, self.columns, inputs_shape[2])

    def get_config(self) -> dict[str, object]:
        """Returns what the layer is built from."""
        return {**super().get_config(), "rows": self.rows, "columns": self.columns}
