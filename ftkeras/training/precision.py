"""Half the bits where they are enough: the backbone's arithmetic, and nobody else's."""

import dataclasses
from typing import Any

import keras

from ftkeras import graph
from ftkeras.contracts.backbone import Backbone
from ftkeras.errors import UserError

# Their sums and differences are what everything after them is made of, and they cost nothing.
_EXACT = (
    *("Rescaling", "Normalization", "Resizing", "CenterCrop", "ReversedChannels"),
    *("MeanPooling", "GlobalAveragePooling1D", "GlobalAveragePooling2D"),
)


def in_precision(backbone: Backbone, precision: str) -> Backbone:
    """Returns a backbone on the same layers that computes in another precision.

    Weights stay float32; with `mixed_bfloat16` or `mixed_float16` layers cast them, and what they
    are given, before they compute. What scales pixels and what averages positions stays in
    float32, and so does every tap that is returned, so that head, logits, loss and metrics are
    float32. No global setting of Keras is touched: other models of the process keep theirs.

    Args:
        backbone: Changed: its layers take the new policy.
        precision: `float32`, `mixed_bfloat16` or `mixed_float16`.

    Raises:
        UserError: The backbone is a SavedModel, and the precision is not `float32`.

    References:
        Micikevicius et al., 2018, ICLR (Mixed Precision Training).
    """
    if precision == "float32":
        return backbone
    layers = keras_layers(backbone.model)
    if any(type(layer).__name__ == "SavedModelBackbone" for layer in layers):
        raise UserError(
            "Expected a backbone of Keras layers for another precision. Received: "
            f"--precision={precision} and {backbone.handle}, a SavedModel, whose graph says what "
            "it computes in. Leave --precision out."
        )
    for layer in layers:
        if not any(kind.__name__ in _EXACT for kind in type(layer).__mro__):
            layer.dtype_policy = precision
    # Tensors of the old graph are declared as float32, so the layers are called anew.
    flat = graph.inlined(backbone.model)
    taps = {name: _exact(tap, name) for name, tap in flat.output.items()}
    return dataclasses.replace(backbone, model=keras.Model(flat.input, taps, name=flat.name))


def name_of(model: keras.Model) -> str:
    """Returns the policies that the layers of a model with weights have, sorted, joined by `+`.

    Example:
        >>> name_of(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]))
        'float32'
    """
    names = {layer.dtype_policy.name for layer in keras_layers(model) if _has_own_weights(layer)}
    return "+".join(sorted(names)) or str(model.dtype_policy.name)


def needs_scaled_loss(model: keras.Model) -> bool:
    """Returns whether gradients go through float16, which small ones do not survive unscaled."""
    return any(
        layer.compute_dtype == "float16" and layer.trainable_variables
        for layer in keras_layers(model)
    )


def keras_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """Returns every layer of a model and of the layers and models in it, without models."""
    found = model._flatten_layers(include_self=False)
    return [layer for layer in found if not isinstance(layer, keras.Model)]


def _has_own_weights(layer: keras.layers.Layer) -> bool:
    return bool(layer._trainable_variables or layer._non_trainable_variables)


def _exact(tap: Any, name: str) -> Any:
    if tap.dtype == "float32":
        return tap
    return keras.layers.Identity(dtype="float32", name=f"{name}_float32")(tap)
