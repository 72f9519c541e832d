"""The layers of a head, computed for many heads at once: every weight has two leading axes."""

import itertools
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

_UNDECAYED = ("bias", "gamma", "beta")
Tensors = list[Any]
"""One tensor `(orders, members, ...)` a weight, in the order of the head's weights."""


class StackedLayers:
    """A chain of layers as a pure function of stacked weights and features.

    Heads stand on a grid of `orders` rows and `members` columns. All heads of a row read the same
    batch, so features have the shape `(orders, 1, batch, ...)` until the first weight makes them
    `(orders, members, batch, ...)`; the first dense layer is one matrix product a row.

    Args:
        head: A functional model from features to logits: `Dense`, `Dropout`,
            `LayerNormalization`, `Activation` and `GlobalAveragePooling2D`, one after the other.

    Raises:
        ValueError: The head holds another layer, or is no plain chain; `can_stack` tells before.

    Example:
        >>> features = keras.Input((3,))
        >>> head = keras.Model(features, keras.layers.Dense(2)(features))
        >>> layers = StackedLayers(head)
        >>> weights = layers.stacked([head.get_weights()], np.zeros((4, 5), "int64"))
        >>> layers(weights, np.zeros((4, 1, 8, 3), "float32")).shape
        TensorShape([4, 5, 8, 2])
    """

    def __init__(self, head: keras.Model) -> None:
        self._layers = head.layers[1:]
        problem = _problem(head)
        if problem:
            raise ValueError(f"Expected a chain of layers that can be stacked. Received: {problem}")
        self.decayed = [not any(n in v.path for n in _UNDECAYED) for v in head.trainable_variables]
        """For each weight: whether weight decay pulls on it; not on biases and scales."""
        self.parameters = int(sum(np.prod(v.shape) for v in head.trainable_variables))
        self.num_outputs = int(head.output.shape[-1])
        self.dropouts = [
            (layer.rate, tuple(layer.output.shape[1:]))
            for layer in self._layers
            if isinstance(layer, keras.layers.Dropout) and layer.rate
        ]
        """Rate and shape (without the batch) of the input of each layer that drops something."""

    def stacked(
        self, starts: Sequence[list[NDArray[np.float32]]], which: NDArray[np.int64]
    ) -> list[NDArray[np.float32]]:
        """Returns the weights of a grid of heads.

        Args:
            starts: What `head.get_weights()` gave for each initialisation.
            which: `(orders, members)` the initialisation of each head.
        """
        return [np.stack(weights)[which] for weights in zip(*starts, strict=True)]

    def __call__(self, weights: Tensors, features: Any, masks: Tensors | None = None) -> Any:
        """Returns `(orders, members, batch, outputs)` logits.

        Args:
            weights: Stacked weights.
            features: `(orders or 1, 1, batch, ...)`.
            masks: For training: `(orders, 1, batch, ...)` boolean tensors, one for each of
                `dropouts`, true where a value is kept. Without them nothing is dropped.
        """
        x, left = features, iter(weights)
        kept = None if masks is None else iter(masks)
        for layer in self._layers:
            if isinstance(layer, keras.layers.Dense):
                x = _dense(layer, x, left)
            elif isinstance(layer, keras.layers.LayerNormalization):
                x = _normalised(layer, x, left)
            elif isinstance(layer, keras.layers.GlobalAveragePooling2D):
                x = ops.mean(x, axis=(-3, -2))
            elif isinstance(layer, keras.layers.Activation):
                x = layer.activation(x)
            elif layer.rate and kept is not None:
                x = x * ops.cast(next(kept), x.dtype) / (1 - layer.rate)
        return x


def can_stack(head: keras.Model) -> bool:
    """Says whether `StackedLayers` knows every layer of a head.

    Example:
        >>> features = keras.Input((3,))
        >>> can_stack(keras.Model(features, keras.layers.BatchNormalization()(features)))
        False
    """
    return not _problem(head)


def _problem(head: keras.Model) -> str:
    """Returns why a head cannot be stacked, or an empty string."""
    layers = head.layers
    for before, layer in itertools.pairwise(layers):
        if layer.input is not before.output:
            return f"{layer.name} does not follow {before.name} alone."
        if not _known(layer):
            return f"{layer.name} ({type(layer).__name__})."
    if len(head.outputs) != 1 or head.output is not layers[-1].output:
        return "an output that is not that of the last layer."
    return ""


def _known(layer: keras.layers.Layer) -> bool:
    if isinstance(layer, keras.layers.LayerNormalization):
        return layer.axis in (-1, [-1], layer.output.ndim - 1, [layer.output.ndim - 1]) and not (
            layer.rms_scaling
        )
    if isinstance(layer, keras.layers.GlobalAveragePooling2D):
        return layer.data_format == "channels_last" and not layer.keepdims
    if isinstance(layer, keras.layers.Dropout):
        return layer.noise_shape is None
    plain = type(layer) in (keras.layers.Dense, keras.layers.Activation)
    return plain and not getattr(layer, "losses", [])


def _dense(layer: keras.layers.Dense, x: Any, left: Any) -> Any:
    kernel = next(left)
    if x.shape[1] == 1 and kernel.shape[1] != 1:
        # One product a row of the grid: its heads side by side are one wide layer.
        shared = x.shape[0] == 1  # all rows read the same examples
        x = (
            ops.einsum("bi,omij->ombj", x[0, 0], kernel)
            if shared
            else ops.einsum("obi,omij->ombj", x[:, 0], kernel)
        )
    else:
        x = ops.matmul(x, kernel)
    if layer.use_bias:
        x = x + next(left)[:, :, None, :]
    return layer.activation(x)


def _normalised(layer: keras.layers.LayerNormalization, x: Any, left: Any) -> Any:
    mean, variance = ops.moments(x, axes=-1, keepdims=True)
    x = (x - mean) * ops.rsqrt(variance + layer.epsilon)
    if layer.scale:
        x = x * next(left)[:, :, None, :]
    if layer.center:
        x = x + next(left)[:, :, None, :]
    return x
