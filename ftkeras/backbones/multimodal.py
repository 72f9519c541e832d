"""`multimodal://`: several backbones side by side, one for each part of an input."""

import re
from collections.abc import Sequence
from typing import Any

import keras

from ftkeras import catalog, handles
from ftkeras.backbones import _blocks, load_backbone
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.backbones.preprocessing.multimodal import Multimodal
from ftkeras.contracts.backbone import Backbone, input_name
from ftkeras.errors import UserError
from ftkeras.handles import Handle

# Which settings are those of which part.
_SETTINGS = {
    "text": ("sequence_length", "preprocessor"),
    "text_pair": ("sequence_length", "preprocessor"),
    "image": ("image_size",),
    "audio": ("seconds",),
    "tabular": ("train",),
}
_NAMED = re.compile(rf"(?:^|,)({'|'.join(handles.PARTS)})=")
TAP = "side_by_side"


def build(
    handle: Handle,
    *,
    sequence_length: int | None = None,
    image_size: int | Sequence[int] | None = None,
    seconds: float | None = None,
    preprocessor: str | None = None,
    train: Sequence[Any] | None = None,
) -> Backbone:
    """Loads the backbones of several parts and puts their features side by side.

    The taps are `side_by_side`, and for each part one of its name: what that backbone says alone.
    Of each backbone the first tap that is a vector is taken. Blocks are paired from the top, so
    that `top_blocks(count=2)` thaws the two top blocks of each backbone.

    Args:
        handle: `multimodal://text=preset://…,image=application://…`: for each part of the inputs
            (text, text_pair, image, audio or tabular) the handle of its backbone.
        sequence_length: Longest text, in tokens; `None` takes the backbone's own limit.
        image_size: Height and width in pixels, or one number; `None` takes the backbone's own.
        seconds: Longest sound; `None` takes the backbone's own.
        preprocessor: For `tfhub://` backbones of tokens: the SavedModel that makes them.
        train: Inputs of the training part, for a part `tabular`.

    Raises:
        UserError: The handle names fewer than two parts, a backbone cannot be loaded or reads
            something else, or a setting belongs to none of the parts.
    """
    named = named_parts(handle.path)
    if len(named) < 2:
        raise _not_parts(handle.path)
    settings = {
        "sequence_length": sequence_length,
        "image_size": image_size,
        "seconds": seconds,
        "preprocessor": preprocessor,
        "train": train,
    }
    given = {name: value for name, value in settings.items() if value is not None}
    for name in given:
        if name != "train" and not any(name in _SETTINGS[part] for part in named):
            raise UserError(
                f"Expected no `{name}`, for {handle} has no part that it is for. Received: "
                f"{name}={given[name]!r}. Leave it out."
            )
    parts = {name: _load(name, own, given) for name, own in named.items()}
    inner = {name: _vector(name, part) for name, part in parts.items()}
    inputs: dict[str, Any] = {}
    vectors = {}
    for name, model in inner.items():
        own = _inputs(parts[name])
        mine = {
            key: keras.Input(batch_shape=x.shape, dtype=x.dtype, name=input_name(name, key))
            for key, x in own.items()
        }
        inputs |= {input_name(name, key): x for key, x in mine.items()}
        single = not isinstance(model.input, dict)
        vectors[name] = model(next(iter(mine.values())) if single else mine)
    together = keras.layers.Concatenate(name=TAP)(list(vectors.values()))
    model = keras.Model(inputs, {TAP: together, **vectors}, name="backbone")
    return Backbone(
        handle=handle,
        model=model,
        preprocess=Multimodal({name: part.preprocess for name, part in parts.items()}),
        taps=(TAP, *vectors),
        blocks=_blocks.paired(
            {name: _blocks.read_by(inner[name], part.blocks) for name, part in parts.items()}
        ),
        fingerprint=fingerprint(model),
        widths=tuple(int(vector.shape[-1]) for vector in vectors.values()),
    )


def named_parts(path: str) -> dict[str, Handle]:
    """Returns part -> handle of its backbone, as a `multimodal://` handle names them.

    Raises:
        UserError: There are none, one is named twice, or a handle is wrong.

    Example:
        >>> print(named_parts("image=application://MobileNet,tabular=tabular://one_hot")["tabular"])
        tabular://one_hot
    """
    pieces = _NAMED.split(path)
    names, texts = pieces[1::2], pieces[2::2]
    outside = (re.sub(r"\(.*?\)", "", text) for text in texts)
    others = any(re.search(r",\w+=", text) for text in outside)  # parts that are none
    if pieces[0] or not names or others or len(set(names)) < len(names):
        raise _not_parts(path)
    return {name: handles.parse(text) for name, text in zip(names, texts, strict=True)}


def _not_parts(path: str) -> UserError:
    return UserError(
        "Expected a handle for each of two parts or more, such as "
        "multimodal://text=preset://…,image=application://…; parts are "
        f"{', '.join(_SETTINGS)}. Received: backbone=multimodal://{path}."
    )


def _load(name: str, handle: Handle, given: dict[str, Any]) -> Backbone:
    if name == "text_pair" and handle.scheme not in handles.PAIRS:
        handle = Handle("two_towers", str(handle))
    accepted = catalog.parameters("backbones", handle.scheme)
    own = {key: given[key] for key in _SETTINGS[name] if key in given and key in accepted}
    if "train" in own:
        own["train"] = [value[name] for value in own["train"]]
    found = load_backbone(handle, **own)
    if found.preprocess.modality != name:
        raise UserError(
            f"Expected a backbone that reads {name}. Received: {name}={handle}, which reads "
            f"{found.preprocess.modality}. Choose another backbone for this part."
        )
    return found


def _vector(name: str, part: Backbone) -> keras.Model:
    """The model from a part's inputs to its first vector, named after the part."""
    for tap in part.taps:
        vector = part.model.output[tap]
        if len(vector.shape) == 2:
            return keras.Model(part.model.input, vector, name=name)
    raise UserError(
        f"Expected a backbone that gives a vector. Received: {name}={part.handle}, which gives "
        f"{', '.join(part.taps)}. Choose another backbone for this part."
    )


def _inputs(part: Backbone) -> dict[str, Any]:
    if isinstance(part.model.input, dict):
        return dict(part.model.input)
    return {part.model.input.name: part.model.input}
