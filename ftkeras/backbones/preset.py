"""`preset://`: anything KerasHub can load, loaded faithfully."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import keras_hub
import safetensors

from ftkeras.backbones import (
    _blocks,
    _image_preset,
    _preset_files,
    _text_preset,
    _transformers_settings,
    _transformers_weights,
)
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.backbones._transformers_settings import FAMILIES
from ftkeras.contracts.backbone import Backbone, Preprocess
from ftkeras.errors import UserError
from ftkeras.handles import Handle

_REMOTE = ("hf://", "kaggle://", "modelscope://", "gs://")


def build(
    handle: Handle,
    *,
    sequence_length: int | None = None,
    image_size: int | Sequence[int] | None = None,
) -> Backbone:
    """Loads a KerasHub preset: a built-in name, `kaggle://`, `hf://` or a directory.

    Where KerasHub's loader deviates from the original (GELU, epsilon, dropout, accents and more),
    the original wins; `tests/backbones` holds the figures.

    Args:
        handle: `preset://…`; the path is what `keras_hub.models.Backbone.from_preset` takes.
        sequence_length: Longest token sequence; `None` takes the checkpoint's own limit. For texts.
        image_size: Height and width in pixels, or one number; `None` takes the checkpoint's own.
            For images.

    Raises:
        UserError: There is no such preset, it cannot be fetched, it is damaged, or it reads
            neither texts nor images alone.
    """
    preset = _resolve(handle)
    try:
        settings = _preset_files.json_of(preset, "config.json")
        if settings is None:
            raise FileNotFoundError("config.json is missing")
        model, preprocess = _load(handle, preset, settings, sequence_length, image_size)
    except UserError:
        raise
    except (
        OSError,
        ValueError,
        TypeError,
        LookupError,
        RuntimeError,
        ImportError,
        safetensors.SafetensorError,
    ) as error:
        raise _cannot_load(handle, preset, error) from error
    return Backbone(
        handle=handle,
        model=model,
        preprocess=preprocess,
        taps=tuple(model.output),
        blocks=_blocks.group(model, "embeddings" if preprocess.modality == "text" else "stem"),
        fingerprint=fingerprint(model),
    )


def _load(
    handle: Handle,
    preset: str,
    settings: dict[str, Any],
    sequence_length: int | None,
    image_size: int | Sequence[int] | None,
) -> tuple[keras.Model, Preprocess]:
    if settings.get("model_type") in FAMILIES:
        loaded, has_pooler = _transformers_weights.load(preset, settings)
        flat = _text_preset.tap_flat(loaded, preset, has_pooler)
        model = _transformers_settings.restore(flat, settings)
    else:
        loaded = keras_hub.models.Backbone.from_preset(preset)
        if _image_preset.reads_images(loaded):
            _refuse(handle, "images", sequence_length=sequence_length)
            return _image_preset.graph(loaded, preset, image_size)
        _expect_text(handle, loaded)
        model = _text_preset.tap(loaded, preset)
    _refuse(handle, "texts", image_size=image_size)
    return model, _text_preset.preprocessing(loaded, preset, settings, sequence_length)


def _resolve(handle: Handle) -> str:
    path = handle.path
    return os.path.expanduser(path) if os.path.exists(os.path.expanduser(path)) else path


def _expect_text(handle: Handle, loaded: keras.Model) -> None:
    inputs = loaded.input if isinstance(loaded.input, Mapping) else {}
    if not {"token_ids", "padding_mask"} <= set(inputs):
        raise UserError(
            "Expected a backbone that takes token_ids and padding_mask, or images. Received: "
            f"{handle} ({type(loaded).__name__}, inputs {', '.join(inputs) or loaded.input}). "
            "Choose another preset."
        )


def _refuse(handle: Handle, modality: str, **setting: object) -> None:
    [(name, value)] = setting.items()
    if value is not None:
        raise UserError(
            f"Expected no `{name}`, for {handle} reads {modality}. Received: {name}={value!r}. "
            "Leave it out."
        )


def _cannot_load(handle: Handle, preset: str, error: Exception) -> UserError:
    if os.path.isdir(preset):
        advice = "Check that the directory is complete, or download it again."
    elif isinstance(error, OSError) or preset.startswith(_REMOTE):
        advice = (
            "Check the name, and that this machine reaches the network; or download the preset "
            "elsewhere and give its directory."
        )
    else:
        advice = "Check the name; keras.io lists the presets, and a directory works too."
    reason = str(error).strip().split("\n")[0][:300]
    return UserError(
        f"Expected a preset that KerasHub can load. Received: backbone={handle} "
        f"({type(error).__name__}: {reason}). {advice}"
    )
