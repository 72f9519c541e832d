"""The angles of rotary position embedding."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="ftkeras")
class RotaryAngles(keras.layers.Layer):
    """Angles by which pairs of numbers are turned at each place: `t / wavelength^(2 i / width)`.

    It has no weights and reads nothing but the length of its input, so that a graph that is cut
    anywhere can compute it again.

    Args:
        width: How many numbers of a head are turned; even. Each angle stands twice in a row.
        wavelength: The longest period over 2 pi.
        name: Name of the layer.
        dtype: Compute type or policy.
        trainable: Accepted because Keras saves it; there is nothing to train.

    Shapes:
        inputs: `(batch, places)`.
        output: `(places, width)` float32.

    Example:
        >>> import numpy as np
        >>> np.asarray(RotaryAngles(4, 100.0)(np.zeros((1, 2)))).round(2).tolist()
        [[0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.1..., 0.1...]]

    References:
        Su et al., 2021, RoFormer: Enhanced Transformer with Rotary Position Embedding, eq. 15.
    """

    def __init__(
        self,
        width: int,
        wavelength: float = 10_000.0,
        name: str | None = None,
        dtype: "str | keras.DTypePolicy | None" = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.width = width
        self.wavelength = wavelength

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the angles; see the class."""
        places = ops.cast(ops.arange(ops.shape(inputs)[1]), "float32")
        fastest = 2 * ops.cast(ops.arange(self.width // 2), "float32") / self.width
        angles = places[:, None] / ops.power(self.wavelength, fastest)[None]
        return ops.repeat(angles, 2, axis=1)

    def compute_output_shape(self, inputs_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(places, width)`."""
        return (inputs_shape[1], self.width)

    def compute_output_spec(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns `(places, width)` in float32, whatever the compute type."""
        return keras.KerasTensor((inputs.shape[1], self.width), "float32")

    def get_config(self) -> dict[str, object]:
        """Returns what the layer is built from."""
        return {**super().get_config(), "width": self.width, "wavelength": self.wavelength}
