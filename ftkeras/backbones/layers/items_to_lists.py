"""Items that were laid end to end, as lists again."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ftkeras")
class ItemsToLists(keras.layers.Layer):
    """Undoes `ListsToItems`; what stands in place of items that are none becomes 0.

    Shapes:
        inputs: `(batch * list, width)`.
        there: `(batch, list)`, non-zero where there is an item.
        output: `(batch, list, width)`.

    Example:
        >>> import numpy as np
        >>> items = np.array([[1.0], [2.0], [3.0], [4.0]])
        >>> np.asarray(ItemsToLists()(items, np.array([[1, 1], [1, 0]]))).tolist()
        [[[1.0], [2.0]], [[3.0], [0.0]]]
    """

    regroups_examples = True
    """Whether its first axis counts something else below than above."""

    def call(self, inputs: keras.KerasTensor, there: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the lists; see the class."""
        batch, length = ops.shape(there)
        lists = ops.reshape(inputs, (batch, length, inputs.shape[-1]))
        return ops.where(ops.not_equal(there, 0)[..., None], lists, ops.zeros_like(lists))

    def compute_output_shape(
        self, inputs_shape: tuple[int | None, ...], there_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Returns `(batch, list, width)`."""
        return (*there_shape, inputs_shape[-1])
