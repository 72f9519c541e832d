"""What XLNet knows of places: how far they are apart, and their segments."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ftkeras")
class XlnetPlaces(keras.layers.Layer):
    """What the blocks of XLNet know of places: distances as sines, and segments.

    Distance d, from the number of places down to one more than its negative, is
    `sin(d / 10000^(2 i / width))` and then the cosines. The last token that is there, XLNet's class
    token, is given a segment of its own, as it had in pretraining.

    Args:
        width: Width of the states; even.
        clamp: Greatest distance that is told apart; none where it is not above 0.
        **options: Keras' own: `name`, `dtype`, `trainable`.

    Shapes:
        segment_ids: `(batch, places)`.
        padding_mask: `(batch, places)`, non-zero where there is a token.
        output: `(2 places, width)` distances, and `(batch, places)` segments.

    Example:
        >>> import numpy as np
        >>> distances, segments = XlnetPlaces(2)(np.zeros((1, 3), "int32"), np.array([[1, 1, 0]]))
        >>> np.arcsin(np.asarray(distances)[2:5, 0]).round(3).tolist()
        [1.0, 0.0, -1.0]
        >>> np.asarray(segments).tolist()
        [[0, 2, 0]]

    References:
        Dai et al., 2019, Transformer-XL, ACL, section 3.3.
    """

    _CLASS = 2

    def __init__(self, width: int, clamp: int = -1, **options: Any) -> None:
        super().__init__(**options)
        self.width = width
        self.clamp = clamp

    def call(
        self, segment_ids: keras.KerasTensor, padding_mask: keras.KerasTensor
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Returns distances and segments; see the class."""
        length = ops.shape(padding_mask)[1]
        places = ops.arange(length)
        last = ops.max(ops.where(ops.cast(padding_mask, "bool"), places[None], 0), axis=1)
        segments = ops.cast(segment_ids, "int32")
        segments = ops.where(places[None] == last[:, None], self._CLASS, segments)
        distances = ops.cast(length - ops.arange(2 * length), "float32")
        if self.clamp > 0:
            distances = ops.clip(distances, -self.clamp, self.clamp)
        turns = 2 * ops.cast(ops.arange(self.width // 2), "float32") / self.width
        angles = distances[:, None] / ops.power(10_000.0, turns)[None]
        waves = ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=1)
        return ops.cast(waves, self.compute_dtype), segments

    def compute_output_spec(
        self, segment_ids: keras.KerasTensor, padding_mask: keras.KerasTensor
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Returns the two shapes."""
        length = segment_ids.shape[1]
        twice = None if length is None else 2 * length
        return (
            keras.KerasTensor((twice, self.width), self.compute_dtype),
            keras.KerasTensor(segment_ids.shape, "int32"),
        )

    def get_config(self) -> dict[str, Any]:
        """Returns what the layer is built from."""
        return {**super().get_config(), "width": self.width, "clamp": self.clamp}
