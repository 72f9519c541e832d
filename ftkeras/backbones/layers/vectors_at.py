"""Vectors of a sequence at places that an input names."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ftkeras")
class VectorsAt(keras.layers.Layer):
    """Takes the vectors of each sequence at the places given: those of the first pieces of words.

    Shapes:
        sequence: `(batch, length, width)`.
        places: `(batch, places)`, whole numbers in [0, length).
        output: `(batch, places, width)`.

    Example:
        >>> import numpy as np
        >>> sequence = np.array([[[1.0], [2.0], [3.0]]])
        >>> np.asarray(VectorsAt()(sequence, np.array([[2, 0]]))).tolist()
        [[[3.0], [1.0]]]
    """

    def call(self, sequence: keras.KerasTensor, places: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the vectors; see the class."""
        return ops.take_along_axis(sequence, places[..., None], axis=1)

    def compute_output_shape(
        self, sequence_shape: tuple[int | None, ...], places_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Returns `(batch, places, width)`."""
        return (*places_shape, sequence_shape[-1])
