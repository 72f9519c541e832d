"""The graph of an image backbone: pixels in [0, 255] in, taps out, the classifier cut off."""

import copy
from collections.abc import Sequence
from typing import Any

import keras

from ftkeras.backbones.layers.reversed_channels import ReversedChannels
from ftkeras.errors import UserError

INPUT = "images"
CLASSES = "class_probabilities"
_REDUCERS = ("GlobalAveragePooling2D", "GlobalMaxPooling2D", "Flatten")


def feature_map_of(model: keras.Model) -> keras.KerasTensor:
    """Returns the last `(batch, height, width, channels)` tensor before a classifier.

    That is the model's output, when it is one; else what its last global pooling or flattening
    reads; else the last tensor of that rank.

    Args:
        model: A functional model with one output.

    Raises:
        UserError: The graph has no such tensor.
    """
    if len(model.output.shape) == 4:
        return model.output
    reduced = [layer for layer in model.layers if type(layer).__name__ in _REDUCERS]
    for layer in reversed(reduced):
        if len(layer.input.shape) == 4:
            return layer.input
    for layer in reversed(model.layers):
        shape = getattr(layer.output, "shape", ())
        if len(shape) == 4 and not isinstance(layer, keras.layers.InputLayer):
            return layer.output
    raise UserError(
        "Expected an image model with a (batch, height, width, channels) feature map. Received: "
        f"{model.name}, in which no layer has one. Choose a convolutional model."
    )


def tapped(model: keras.Model, classifier: bool = False) -> keras.Model:
    """Returns the functional model from the input to `pooled` and `feature_map`, and no further.

    A classifier behind the feature map, such as the 1000 classes of ImageNet, is cut off unless it
    is asked for: then what it answers is the tap `class_probabilities`, where there is one.

    Args:
        model: A functional model.
        classifier: Whether to keep the classifier.
    """
    features = feature_map_of(model)
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(features)
    taps = {"pooled": pooled, "feature_map": features}
    activation = getattr(model.layers[-1], "activation", None)
    if classifier and len(model.output.shape) == 2 and activation is not None:
        if activation is keras.activations.softmax:
            taps[CLASSES] = model.output
        elif activation is keras.activations.linear:
            taps[CLASSES] = keras.layers.Softmax(name=CLASSES)(model.output)
    return keras.Model(model.input, taps, name="features")


def at_size(model: keras.Model, size: tuple[int, int]) -> keras.Model:
    """Returns the same model, with the same weights, for images of another size.

    Args:
        model: A functional model with one input `(batch, height, width, channels)`.
        size: Height and width.

    Raises:
        UserError: The graph is bound to its size.
    """
    shape = tuple(model.input.shape[1:3])
    if shape == size:
        return model
    config = copy.deepcopy(model.get_config())
    _resize_inputs(config, shape, size)
    try:
        resized = keras.Model.from_config(config)
        resized.set_weights(model.get_weights())
    except (ValueError, TypeError) as error:
        raise UserError(
            f"Expected images of {shape[0]} x {shape[1]} pixels, to which this model is bound. "
            f"Received: image_size={size}. Leave image_size out."
        ) from error
    return resized


def _resize_inputs(
    config: dict[str, Any], old: tuple[int | None, ...], new: tuple[int, int]
) -> None:
    for layer in config["layers"]:
        settings = layer["config"]
        if "layers" in settings:
            _resize_inputs(settings, old, new)
        elif layer["class_name"] == "InputLayer" and tuple(settings["batch_shape"][1:3]) == old:
            settings["batch_shape"] = [None, *new, *settings["batch_shape"][3:]]


def from_pixels(
    model: keras.Model,
    scale: float | Sequence[float],
    offset: float | Sequence[float],
    reverse: bool = False,
) -> keras.Model:
    """Returns the model with `pixel * scale + offset` in front, so that it takes [0, 255].

    Args:
        model: A functional model with one image input of known size.
        scale: One factor, or one for each channel.
        offset: One summand, or one for each channel.
        reverse: Whether the model wants blue first; `scale` and `offset` are in its order then.
    """
    images = keras.Input(model.input.shape[1:], name=INPUT)
    pixels = ReversedChannels(name="reversed_channels")(images) if reverse else images
    pixels = keras.layers.Rescaling(scale, offset, name="rescaling")(pixels)
    return keras.Model(images, model(pixels), name="backbone")
