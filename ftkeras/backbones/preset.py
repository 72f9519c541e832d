"""`preset://`: anything KerasHub can load, loaded faithfully."""

import os
from collections.abc import Mapping

import keras
import keras_hub
import safetensors

from ftkeras.backbones import _blocks, _preset_files, _text_preset, _transformers_settings
from ftkeras.backbones._fingerprint import fingerprint
from ftkeras.contracts.backbone import Backbone
from ftkeras.errors import UserError
from ftkeras.handles import Handle

_REMOTE = ("hf://", "kaggle://", "modelscope://", "gs://")


def build(handle: Handle, *, sequence_length: int | None = None) -> Backbone:
    """Loads a KerasHub preset: a built-in name, `kaggle://`, `hf://` or a directory.

    Where KerasHub's loader deviates from the original (GELU, epsilon, dropout, accents and more),
    the original wins; `tests/backbones` holds the figures.

    Args:
        handle: `preset://…`; the path is what `keras_hub.models.Backbone.from_preset` takes.
        sequence_length: Longest token sequence; `None` takes the checkpoint's own limit.

    Raises:
        UserError: There is no such preset, it cannot be fetched, it is damaged, or it is not a
            text encoder or decoder.
    """
    preset = _resolve(handle)
    try:
        settings = _preset_files.json_of(preset, "config.json")
        if settings is None:
            raise FileNotFoundError("config.json is missing")
        loaded = keras_hub.models.Backbone.from_preset(preset)
        _expect_text(handle, loaded)
        preprocess = _text_preset.preprocessing(loaded, preset, settings, sequence_length)
        model = _text_preset.tap(loaded, preset)
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
    if "model_type" in settings:
        model = _transformers_settings.restore(model, settings)
    return Backbone(
        handle=handle,
        model=model,
        preprocess=preprocess,
        taps=tuple(model.output),
        blocks=_blocks.group(model),
        fingerprint=fingerprint(model),
    )


def _resolve(handle: Handle) -> str:
    path = handle.path
    return os.path.expanduser(path) if os.path.exists(os.path.expanduser(path)) else path


def _expect_text(handle: Handle, loaded: keras.Model) -> None:
    inputs = loaded.input if isinstance(loaded.input, Mapping) else {}
    if not {"token_ids", "padding_mask"} <= set(inputs):
        raise UserError(
            "Expected a text backbone, one that takes token_ids and padding_mask. Received: "
            f"{handle} ({type(loaded).__name__}, inputs {', '.join(inputs) or 'images'}). "
            "Choose another preset."
        )


def _cannot_load(handle: Handle, preset: str, error: Exception) -> UserError:
    if preset.startswith(_REMOTE) or isinstance(error, ConnectionError):
        advice = (
            "Check the name, and that this machine reaches the network; or download the preset "
            "elsewhere and give its directory."
        )
    elif os.path.isdir(preset):
        advice = "Check that the directory is complete, or download it again."
    else:
        advice = "Check the name; keras.io lists the presets, and a directory works too."
    reason = str(error).strip().split("\n")[0][:300]
    return UserError(
        f"Expected a preset that KerasHub can load. Received: backbone={handle} "
        f"({type(error).__name__}: {reason}). {advice}"
    )
