"""So many tokens as there are, where a layer in front announces more."""

import keras


@keras.saving.register_keras_serializable(package="ftkeras")
class FirstTokens(keras.layers.Layer):
    """Takes the first tokens, and knows how many those are.

    KerasHub's SigLIP announces a class token that it does not have; what reads shapes (the grid of
    patches, the cache of hidden states) would go wrong.

    Args:
        count: Tokens to take.
        name: Name of the layer.
        dtype: Compute type or policy.
        trainable: Accepted because Keras saves it; there is nothing to train.

    Shapes:
        inputs: `(batch, tokens, width)`.
        output: `(batch, count, width)`.

    Example:
        >>> import numpy as np
        >>> tuple(FirstTokens(2)(np.zeros((1, 3, 4))).shape)
        (1, 2, 4)
    """

    def __init__(
        self,
        count: int,
        name: str | None = None,
        dtype: "str | keras.DTypePolicy | None" = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.count = count

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the first tokens."""
        return inputs[:, : self.count]

    def compute_output_shape(self, inputs_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns `(batch, count, width)`."""
        return (inputs_shape[0], self.count, inputs_shape[2])

    def get_config(self) -> dict[str, object]:
        """Returns what the layer is built from."""
        return {**super().get_config(), "count": self.count}
