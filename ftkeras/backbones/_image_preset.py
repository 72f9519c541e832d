"""The image half of a preset: its taps, and the preprocessing that belongs to it."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import keras_hub

# KerasHub names neither of them in public.
from keras_hub.src.models.clip.clip_vision_encoder import CLIPVisionEncoder
from keras_hub.src.models.siglip.siglip_layers import SigLIPVisionEmbedding
from keras_hub.src.models.siglip.siglip_vision_encoder import SigLIPVisionEncoder

from ftkeras.backbones import _image_graph, _pyramid, _transformers_images
from ftkeras.backbones.layers.class_token import ClassToken
from ftkeras.backbones.layers.feature_levels import FeatureLevels
from ftkeras.backbones.layers.first_tokens import FirstTokens
from ftkeras.backbones.layers.patch_grid import PatchGrid
from ftkeras.backbones.preprocessing.image import Image
from ftkeras.errors import UserError

_HUB = keras_hub.models
# Families whose layers can be saved one by one: the levels of their pyramid can be tapped.
_FLAT = (
    _HUB.CSPNetBackbone,
    _HUB.DenseNetBackbone,
    _HUB.EfficientNetBackbone,
    _HUB.HGNetV2Backbone,
    _HUB.MobileNetBackbone,
    _HUB.MobileNetV5Backbone,
    _HUB.ResNetBackbone,
    _HUB.VGGBackbone,
    _HUB.XceptionBackbone,
    CLIPVisionEncoder,
    SigLIPVisionEncoder,
)
_HIERARCHICAL = (_HUB.MiTBackbone, _HUB.SwinTransformerBackbone)


def eyes_of(backbone: keras.Model) -> keras.Model:
    """Returns the image encoder of a backbone that joins images and texts, else the backbone."""
    return getattr(backbone, "vision_encoder", None) or backbone


def reads_images(backbone: keras.Model) -> bool:
    """Returns whether a KerasHub backbone has one input, of images, and gives feature maps."""
    inputs, outputs = keras.tree.flatten(backbone.input), keras.tree.flatten(backbone.output)
    return (
        len(inputs) == 1
        and len(inputs[0].shape) == 4
        and all(len(output.shape) in (2, 3, 4) for output in outputs)
    )


def graph(
    backbone: keras.Model,
    preset: str,
    settings: Mapping[str, Any],
    image_size: int | Sequence[int] | None,
) -> tuple[keras.Model, Image]:
    """Returns the model from pixels in [0, 255] to its taps, and how pictures become pixels.

    Args:
        backbone: A KerasHub image backbone.
        preset: Where it came from; its image converter says how pictures were prepared.
        settings: The content of the preset's `config.json`.
        image_size: Height and width in pixels, or one number; `None` takes the preset's.

    Raises:
        UserError: The size is unknown, or the graph is bound to another one.
    """
    in_transformers_layout = "model_type" in settings
    if in_transformers_layout:
        converter = _transformers_images.converter(preset)
    else:
        converter = keras_hub.layers.ImageConverter.from_preset(preset)
    if converter is None:  # timm's layout of a family of which KerasHub does not read it
        raise UserError(
            f"Expected a preset that says how pictures are prepared. Received: {preset}, of which "
            "KerasHub reads nothing. Save the backbone with its image converter in Keras' format."
        )
    [given] = keras.tree.flatten(backbone.input)
    own = tuple(given.shape[1:3])
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
    model = keras.Model(images, _taps(backbone, pixels, _margins(settings)), name="backbone")
    if isinstance(backbone, _FLAT) and len(keras.tree.flatten(backbone.output)[-1].shape) == 4:
        model = _pyramid.with_pyramid(model)
    return model, preprocess


def _taps(
    backbone: keras.Model, pixels: keras.KerasTensor, margins: Mapping[str, int]
) -> dict[str, keras.KerasTensor]:
    features, levels, pooled = _outputs(backbone, pixels, margins)
    if len(features.shape) == 4:
        pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(features)
        return {"pooled": pooled, "feature_map": features, **_pyramid.named(levels, pixels)}
    # A vision transformer: patches are tokens, behind a class token and others.
    side = _patch(backbone)
    rows, columns = (size // side for size in pixels.shape[1:3])
    grid = PatchGrid(rows, columns, name="feature_map")(features)
    taps = {} if pooled is None else {"pooled": pooled}
    if features.shape[1] > rows * columns:
        taps["class_token"] = ClassToken(name="class_token")(features)
    mean = keras.layers.GlobalAveragePooling2D(name="mean_pooled")(grid)
    taps |= {"mean_pooled": mean, "sequence": features, "feature_map": grid}
    if not levels:
        return taps
    pyramid = _pyramid.named(levels, pixels)
    return {**taps, **pyramid, tuple(pyramid)[-1]: grid}  # normalised, as the level alone is not


def _outputs(
    backbone: keras.Model, pixels: keras.KerasTensor, margins: Mapping[str, int]
) -> tuple[keras.KerasTensor, dict[str, keras.KerasTensor], keras.KerasTensor | None]:
    """The last features, the feature maps of all levels, and what a trained pooling makes."""
    if not isinstance(backbone, _FLAT):
        # The backbone stays one layer: KerasHub saves some of its layers so that only the whole
        # backbone can be built again.
        if isinstance(backbone, _HIERARCHICAL):
            found = FeatureLevels(backbone, name="levels")(pixels)
            return found.pop("last"), found, None
        single = isinstance(backbone.input, keras.KerasTensor)
        return backbone(pixels if single else dict.fromkeys(backbone.input, pixels)), {}, None
    levels = dict(getattr(backbone, "pyramid_outputs", {}))
    last = backbone.output
    if isinstance(last, dict):
        levels, last = last, list(last.values())[-1]
    wanted = [last, *levels.values()]
    if len(last.shape) == 2:  # SigLIP pools by attention
        wanted.append(backbone.post_layer_norm.output)
    [given] = keras.tree.flatten(backbone.input)
    found = _applied(keras.Model(given, wanted), pixels, margins)
    if len(last.shape) == 2:
        return found[-1], {}, found[0]
    return found[0], dict(zip(levels, found[1:], strict=True)), None


def _margins(settings: Mapping[str, Any]) -> Mapping[str, int]:
    """Pixels that the original puts around, on all sides, where KerasHub pads below and right."""
    if str(settings.get("architecture", "")).startswith("densenet"):
        return {"conv1_conv": 3, "pool1": 1}
    return {}


def _applied(
    model: keras.Model, pixels: keras.KerasTensor, margins: Mapping[str, int]
) -> list[keras.KerasTensor]:
    """Calls the layers one by one, with margins put around where some are named.

    It also mends the shape that SigLIP's embedding announces.
    """

    def call(operation: Any, *arguments: Any, **keywords: Any) -> Any:
        margin = margins.get(operation.name)
        if margin is not None:
            operation.padding = "valid"
            around = keras.layers.ZeroPadding2D(margin, name=f"{operation.name}_margin")
            return operation(around(arguments[0]), **keywords)
        output = operation(*arguments, **keywords)
        if isinstance(operation, SigLIPVisionEmbedding):
            return FirstTokens(operation.num_positions, name="patches")(output)
        return output

    found: list[keras.KerasTensor] = model._run_through_graph(pixels, call_fn=call)
    return found


def _patch(backbone: keras.Model) -> int:
    """Pixels from one token to the next."""
    size = backbone.patch_size
    side = int(size[0] if isinstance(size, list | tuple) else size)
    if isinstance(backbone, keras_hub.models.SwinTransformerBackbone):
        return int(side * 2 ** (len(backbone.depths) - 1))  # every stage but the last merges four
    return side


def _fit(converter: "keras_hub.layers.ImageConverter") -> str:
    if converter.crop_to_aspect_ratio:
        return "crop"
    return "pad" if converter.pad_to_aspect_ratio else "stretch"
