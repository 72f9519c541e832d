"""Lists of items, laid end to end."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ftkeras")
class ListsToItems(keras.layers.Layer):
    """Joins the first two axes, so that what reads single items can read lists of them.

    Shapes:
        inputs: `(batch, list, ...)`.
        output: `(batch * list, ...)`; `ItemsToLists` turns it back.

    Example:
        >>> import numpy as np
        >>> np.asarray(ListsToItems()(np.array([[1.0, 2.0], [3.0, 4.0]]))).tolist()
        [1.0, 2.0, 3.0, 4.0]
    """

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the items; see the class."""
        return ops.reshape(inputs, (-1, *ops.shape(inputs)[2:]))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(None, ...)`."""
        return (None, *input_shape[2:])
