"""The image half of a preset: its taps, and the preprocessing that belongs to it."""

from collections.abc import Sequence

import keras
import keras_hub

from ftkeras.backbones import _image_graph
from ftkeras.backbones.layers.class_token import ClassToken
from ftkeras.backbones.preprocessing.image import Image
from ftkeras.errors import UserError


def reads_images(backbone: keras.Model) -> bool:
    """Returns whether a KerasHub backbone has one input, of images, and one output."""
    inputs, outputs = backbone.input, backbone.output
    return all(isinstance(tensor, keras.KerasTensor) for tensor in (inputs, outputs)) and (
        len(inputs.shape) == 4 and len(outputs.shape) in (3, 4)
    )


def graph(
    backbone: keras.Model, preset: str, image_size: int | Sequence[int] | None
) -> tuple[keras.Model, Image]:
    """Returns the model from pixels in [0, 255] to its taps, and how pictures become pixels.

    Args:
        backbone: A KerasHub image backbone.
        preset: Where it came from; its image converter says how pictures were prepared.
        image_size: Height and width in pixels, or one number; `None` takes the preset's.

    Raises:
        UserError: The size is unknown, or the graph is bound to another one.
    """
    converter = keras_hub.layers.ImageConverter.from_preset(preset)
    if converter is None:
        converter = keras_hub.layers.ImageConverter()
    own = tuple(backbone.input.shape[1:3])
    bound = None not in own
    size = image_size or (own if bound else converter.image_size)
    if size is None:
        raise UserError(
            f"Expected `image_size`, for {preset} does not say it. Received: image_size=None. "
            "Give the size it was trained at."
        )
    preprocess = Image(
        size,
        interpolation=converter.interpolation,
        fit=_fit(converter),
        input=_image_graph.INPUT,
    )
    if bound and preprocess.size != own:
        raise UserError(
            f"Expected images of {own[0]} x {own[1]} pixels, to which {preset} is bound. "
            f"Received: image_size={image_size!r}. Leave image_size out."
        )
    scale = 1.0 if converter.scale is None else converter.scale
    offset = 0.0 if converter.offset is None else converter.offset
    images = keras.Input((*preprocess.size, 3), name=_image_graph.INPUT)
    pixels = keras.layers.Rescaling(scale, offset, name="rescaling")(images)
    # The backbone stays one layer: KerasHub saves some of its layers so that only the whole
    # backbone can be built again.
    return keras.Model(images, _taps(backbone(pixels)), name="backbone"), preprocess


def _taps(features: keras.KerasTensor) -> dict[str, keras.KerasTensor]:
    if len(features.shape) == 4:
        pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(features)
        return {"pooled": pooled, "feature_map": features}
    # A vision transformer: patches are tokens, behind a class token.
    return {
        "class_token": ClassToken(name="class_token")(features),
        "mean_pooled": keras.layers.GlobalAveragePooling1D(name="mean_pooled")(features),
        "sequence": features,
    }


def _fit(converter: "keras_hub.layers.ImageConverter") -> str:
    if converter.crop_to_aspect_ratio:
        return "crop"
    return "pad" if converter.pad_to_aspect_ratio else "stretch"
