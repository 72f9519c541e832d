"""`preset://`: anything KerasHub can load, loaded faithfully."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import keras
import safetensors

from ftkeras.backbones import (
    _audio_preset,
    _blocks,
    _image_preset,
    _preset_files,
    _text_preset,
    _transformers_audio,
    _transformers_decoders,
    _transformers_settings,
    _transformers_weights,
    _transformers_xlnet,
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
    seconds: float | None = None,
) -> Backbone:
    """Loads a KerasHub preset: a built-in name, `kaggle://`, `hf://` or a directory.

    Where KerasHub's loader deviates from the original (GELU, epsilon, dropout, accents and more),
    the original wins; `tests/backbones` holds the figures. Families that KerasHub builds wrongly
    are built again here (ESM, RoFormer-v2, RWKV-7, XLNet). Of Gemma 3 and Qwen 3.5, which also
    read pictures, the half that reads texts is taken.

    Args:
        handle: `preset://…`; the path is what `keras_hub.models.Backbone.from_preset` takes.
        sequence_length: Longest token sequence; `None` takes the checkpoint's own limit. For texts.
        image_size: Height and width in pixels, or one number; `None` takes the checkpoint's own.
            For images.
        seconds: Longest sound; `None` takes the checkpoint's own, or 30. For sounds.

    Raises:
        UserError: There is no such preset, it cannot be fetched, it is damaged, it reads neither
            texts nor images nor sounds alone, or its config asks for what KerasHub leaves out.
    """
    preset = _resolve(handle)
    try:
        settings = _preset_files.json_of(preset, "config.json")
        if settings is None:
            raise FileNotFoundError("config.json is missing")
        sizes = _Sizes(sequence_length, image_size, seconds)
        model, preprocess = _load(handle, preset, settings, sizes)
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


class _Sizes(NamedTuple):
    """What can be asked for; each is for one kind of input."""

    sequence_length: int | None
    image_size: int | Sequence[int] | None
    seconds: float | None

    def expect_only(self, name: str, handle: Handle, reads: str) -> None:
        for other, value in self._asdict().items():
            if other != name and value is not None:
                raise UserError(
                    f"Expected no `{other}`, for {handle} reads {reads}. Received: "
                    f"{other}={value!r}. Leave it out."
                )


def _load(
    handle: Handle, preset: str, settings: dict[str, Any], sizes: _Sizes
) -> tuple[keras.Model, Preprocess]:
    if settings.get("model_type") in _transformers_audio.FAMILIES:
        sizes.expect_only("seconds", handle, "sounds")
        return _transformers_audio.graph(preset, settings, sizes.seconds)
    if settings.get("model_type") == _transformers_xlnet.FAMILY:
        sizes.expect_only("sequence_length", handle, "texts")
        return _transformers_xlnet.graph(preset, settings, sizes.sequence_length)
    if settings.get("model_type") in FAMILIES:
        sizes.expect_only("sequence_length", handle, "texts")
        loaded, has_pooler = _transformers_weights.load(preset, settings)
        flat = _text_preset.tap_flat(loaded, preset, has_pooler)
        model = _transformers_settings.restore(flat, settings)
    else:
        loaded = _transformers_weights.load_any(preset, settings)
        if _audio_preset.reads_sound(loaded):
            sizes.expect_only("seconds", handle, "sounds")
            return _audio_preset.graph(loaded, preset, sizes.seconds)
        eyes = _image_preset.eyes_of(loaded)
        if _image_preset.reads_images(eyes):
            sizes.expect_only("image_size", handle, "images")
            return _image_preset.graph(eyes, preset, settings, sizes.image_size)
        sizes.expect_only("sequence_length", handle, "texts")
        _expect_text(handle, loaded)
        _transformers_decoders.restore(loaded, settings)
        model = _text_preset.tap(loaded, preset)
    return model, _text_preset.preprocessing(loaded, preset, settings, sizes.sequence_length)


def _resolve(handle: Handle) -> str:
    path = handle.path
    return os.path.expanduser(path) if os.path.exists(os.path.expanduser(path)) else path


def _expect_text(handle: Handle, loaded: keras.Model) -> None:
    if not _text_preset.reads_tokens(loaded):
        inputs = loaded.input if isinstance(loaded.input, Mapping) else {}
        raise UserError(
            "Expected a backbone that takes token_ids and padding_mask, or images, or sounds. "
            f"Received: {handle} ({type(loaded).__name__}, inputs "
            f"{', '.join(inputs) or loaded.input}). Choose another preset."
        )
    _text_preset.expect_states(loaded, str(handle))


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
