"""`tfhub://`: a SavedModel of TensorFlow Hub, Kaggle, or one's own."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from ftkeras.backbones import _image_graph, _saved_model_taps
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.backbones.layers.saved_model_backbone import SavedModelBackbone
from ftkeras.backbones.preprocessing.image import Image
from ftkeras.backbones.preprocessing.raw_text import RawText
from ftkeras.backbones.preprocessing.saved_model_text import SavedModelText
from ftkeras.backbones.saved_model.blocks import STEM
from ftkeras.contracts.backbone import Backbone, Block, Preprocess
from ftkeras.errors import UserError
from ftkeras.handles import Handle


def build(
    handle: Handle,
    *,
    preprocessor: str | None = None,
    sequence_length: int | None = None,
    image_size: int | Sequence[int] | None = None,
    pixel_range: Sequence[float] = (0, 1),
    fit: str = "crop",
    signature: str | None = None,
) -> Backbone:
    """Loads a SavedModel that embeds texts, encodes tokens or reads images.

    What it takes is read from its signature. A model of strings gets the texts as they are. One of
    token ids (`input_word_ids`, `input_mask`, `input_type_ids`) needs the preprocessor it was
    trained with, another SavedModel. One of images gets them at the size of its signature, with
    pixels in [0, 1], as TensorFlow Hub has agreed on.

    Taps: `mean_pooled`, `class_token`, `pooled`, `sequence` of encoders; `pooled` of text
    embeddings, feature vectors and classifiers (their logits); `feature_map` where there is one.
    Blocks are read from the names of the variables; a SavedModel that can only be used frozen
    (TensorFlow 1, bare signatures) has none.

    Args:
        handle: `tfhub://…`: a directory, a `.tar.gz` file, `https://tfhub.dev/…`,
            `https://www.kaggle.com/models/…`, `gs://…` or
            `owner/model/tensorFlow2/variation/version`.
        preprocessor: The same for the preprocessor of an encoder.
        sequence_length: Longest sequence of tokens; `None` takes the preprocessor's own.
        image_size: Height and width in pixels, or one number; `None` takes the signature's.
        pixel_range: Smallest and largest pixel value of an image model of floats.
        fit: What becomes of another aspect ratio: `crop`, `stretch` or `pad`.
        signature: What to compute; `None` takes the object's own call, else its default signature.

    Raises:
        UserError: There is no SavedModel, it cannot be fetched or loaded, or it takes neither
            texts, tokens nor images.
    """
    layer = SavedModelBackbone(handle.path, trainable=True, signature=signature, name="saved_model")
    spec = layer.input_spec_of_saved_model
    images = {"image_size": image_size}
    texts = {"sequence_length": sequence_length, "preprocessor": preprocessor}
    preprocess: Preprocess
    if _is_text(spec):
        _refuse(handle, "texts as they are", **images, **texts)
        inputs = keras.Input((), dtype="string", name="text")
        preprocess, taps = RawText(), _saved_model_taps.of(layer(inputs), handle)
    elif isinstance(spec, Mapping) and all(_is_tokens(each) for each in spec.values()):
        _refuse(handle, "tokens", **images)
        preprocess, inputs = _tokens(handle, spec, preprocessor, sequence_length)
        taps = _saved_model_taps.of(layer(inputs), handle, _mask(inputs))
    elif _is_images(spec):
        _refuse(handle, "images", **texts)
        size = _size(handle, spec) if image_size is None else image_size
        preprocess = Image(size, fit=fit, input=_image_graph.INPUT)
        inputs = keras.Input((*preprocess.size, 3), name=_image_graph.INPUT)
        low, high = (0, 255) if spec.dtype == tf.uint8 else pixel_range
        scaled = keras.layers.Rescaling((high - low) / 255, low, name="rescaling")(inputs)
        taps = _saved_model_taps.of(layer(scaled), handle)
    else:
        raise UserError(
            "Expected a SavedModel of texts (strings), tokens (a dictionary of integers) or images "
            f"(batch, height, width, 3). Received: {handle}, which takes {spec}. Use "
            "ftkeras.backbones.SavedModelBackbone in a model of your own."
        )
    model = keras.Model(inputs, taps, name="backbone")
    return Backbone(
        handle=handle,
        model=model,
        preprocess=preprocess,
        taps=tuple(taps),
        blocks=_blocks(layer, "embeddings" if preprocess.modality == "text" else STEM),
        fingerprint=fingerprint(model),
    )


def _tokens(
    handle: Handle, spec: Mapping[str, Any], preprocessor: str | None, sequence_length: int | None
) -> tuple[Preprocess, dict[str, Any]]:
    if preprocessor is None:
        raise UserError(
            f"Expected the preprocessor of {handle}, which takes tokens ({', '.join(spec)}). "
            "Received: preprocessor=None. Give --preprocessor=…; the model's page names it."
        )
    [length] = {each.shape[1] for each in spec.values()}
    if None not in (length, sequence_length) and length != sequence_length:
        raise UserError(
            f"Expected sequence_length={length}, to which {handle} is bound. "
            f"Received: sequence_length={sequence_length}. Leave it out."
        )
    preprocess = SavedModelText(
        preprocessor,
        inputs=tuple(spec),
        sequence_length=sequence_length or length,
        cut=length is None,
    )
    inputs = {
        name: keras.Input((length,), dtype=each.dtype.name, name=name)
        for name, each in spec.items()
    }
    return preprocess, inputs


def _mask(inputs: Mapping[str, Any]) -> Any:
    return next((inputs[name] for name in inputs if name.endswith("mask")), None)


def _is_text(spec: Any) -> bool:
    return (
        isinstance(spec, tf.TensorSpec) and spec.dtype == tf.string and spec.shape.rank in (1, None)
    )


def _is_tokens(spec: Any) -> bool:
    return isinstance(spec, tf.TensorSpec) and spec.dtype.is_integer and spec.shape.rank == 2


def _is_images(spec: Any) -> bool:
    return isinstance(spec, tf.TensorSpec) and spec.shape.rank == 4 and spec.shape[3] == 3


def _size(handle: Handle, spec: Any) -> tuple[int, int]:
    height, width = spec.shape[1:3]
    if height is None or width is None:
        raise UserError(
            f"Expected `image_size`, for {handle} takes images of any size. Received: "
            "image_size=None. Give the size it was trained at, which its page names."
        )
    return height, width


def _blocks(layer: SavedModelBackbone, first: str) -> tuple[Block, ...]:
    return tuple(
        Block(first if group.name == STEM else group.name, (group,))
        for group in layer.variable_groups
        if group.offered
    )


def _refuse(handle: Handle, reads: str, **settings: object) -> None:
    for name, value in settings.items():
        if value is not None:
            raise UserError(
                f"Expected no `{name}`, for {handle} takes {reads}. Received: {name}={value!r}. "
                "Leave it out."
            )
