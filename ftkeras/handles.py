"""Handles: `scheme://path` strings that name pretrained weights."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ftkeras import call_string, catalog
from ftkeras.call_string import Call
from ftkeras.errors import UserError

_ELSEWHERE = {
    **{"hf": "preset", "kaggle": "preset"},
    **{"http": "tfhub", "https": "tfhub", "gs": "tfhub"},
}
# Of Kaggle's models those of TensorFlow are SavedModels; others are what KerasHub loads.
_KAGGLE_SAVED_MODEL = re.compile(
    r"(?:kaggle://)?(?P<path>[\w.-]+/[\w.-]+/tensorflow[12]/[\w.-]+(?:/\d+)?)", re.IGNORECASE
)
_ARCHIVES = (".tar.gz", ".tgz", ".tar")
# Schemes that read two texts with the text backbone that follows.
PAIRS = ("cross_encoder", "two_towers")
# What a backbone of several can be one for: `text=preset://…`.
PARTS = ("text", "text_pair", "image", "audio", "tabular")
# What stands behind a path, `x.keras(fit='pad')`; a path may hold brackets of its own.
_OPTIONS = re.compile(r"(?P<path>.*)\((?P<options>\s*[a-z_]+\s*=.*)\)\s*", re.DOTALL)


@dataclass(frozen=True)
class Handle:
    """Names pretrained weights; the scheme is the file in `backbones/` that can load them.

    Args:
        scheme: `preset`, `application`, `keras` or `tfhub`.
        path: What follows the scheme: a preset's name, a directory, a file, an address.
        options: Arguments of `build` in that file. They win over what a run says for all of its
            backbones, such as `--image_size`.

    Example:
        >>> print(Handle("preset", "bert_tiny_en_uncased"))
        preset://bert_tiny_en_uncased
        >>> print(Handle("application", "MobileNet", {"fit": "pad"}))
        application://MobileNet(fit='pad')
    """

    scheme: str
    path: str
    options: dict[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return f"{self.scheme}://{Call(self.path, self.options)}"


def parse(text: str) -> Handle:
    """Reads a handle; a bare path is recognised by what lies there and never guessed.

    `preset://x` is any KerasHub preset (built-in name, `kaggle://`, `hf://`, local directory),
    `application://x` a model of `keras.applications`, `keras://x` a `.keras` file and `tfhub://x`
    a SavedModel. `hf://` and `kaggle://` addresses are presets; `https://tfhub.dev/`,
    `https://www.kaggle.com/` and `gs://` addresses, Kaggle's models of TensorFlow
    (`owner/model/tensorFlow2/variation`) and `.tar.gz` files are SavedModels. What the
    file in `backbones/` takes besides may follow in brackets; of a composition, it belongs to the
    backbone it stands behind.

    Args:
        text: The handle, path or address.

    Raises:
        UserError: The scheme is unknown, or a bare path holds nothing that can be recognised, or
            the source takes no such argument.

    Example:
        >>> parse("hf://google-bert/bert-base-uncased").path
        'hf://google-bert/bert-base-uncased'
        >>> parse("application://ResNet50(weights='mine.weights.h5', fit='pad')").options
        {'weights': 'mine.weights.h5', 'fit': 'pad'}
    """
    text, options = _with_options(text)
    handle = _parse(text)
    if not options:
        return handle
    handle = replace(handle, options=options)
    catalog.check("backbones", Call(handle.scheme, {"handle": handle, **options}))
    return handle


def _with_options(text: str) -> tuple[str, dict[str, Any]]:
    """Splits off what stands in brackets, unless a backbone within this one is meant."""
    found = _OPTIONS.fullmatch(text)
    scheme, _, path = text.partition("://")
    is_composition = "://" in path and scheme not in (*_ELSEWHERE, *_ELSEWHERE.values())
    if found is None or is_composition or Path(text).exists():
        return text, {}
    return found["path"], call_string.parse(f"backbone({found['options']})").arguments


def _parse(text: str) -> Handle:
    scheme, separator, path = text.partition("://")
    on_kaggle = _KAGGLE_SAVED_MODEL.fullmatch(text)
    if on_kaggle and not Path(text).exists():
        return Handle("tfhub", on_kaggle["path"])
    if not separator:
        return _from_path(text)
    if scheme in _ELSEWHERE:
        return _available(Handle(_ELSEWHERE[scheme], text), text)
    if not path:
        raise UserError(f"Expected a path after `{scheme}://`. Received: backbone={text!r}.")
    return _available(Handle(scheme, path), text)


def joined(texts: Sequence[str]) -> list[str]:
    """Makes one `multimodal://` handle of those that say for which part of the inputs they are.

    Of two for one part the later counts. The whole stands where the last of them stood.

    Args:
        texts: Handles as a person wrote them, such as `text=preset://…` or `preset://…`.

    Example:
        >>> joined(["text=preset://a", "image=application://b", "text=preset://c"])
        ['multimodal://text=preset://c,image=application://b']
        >>> joined(["preset://a", "preset://b"])
        ['preset://a', 'preset://b']
    """
    named = {}
    last = -1
    for index, text in enumerate(texts):
        part, sign, handle = text.partition("=")
        if sign and part.strip() in PARTS:
            named[part.strip()], last = handle.strip(), index
    whole = "multimodal://" + ",".join(f"{part}={handle}" for part, handle in named.items())
    return [
        whole if index == last else text
        for index, text in enumerate(texts)
        if index == last or text.partition("=")[0].strip() not in PARTS
    ]


def _available(handle: Handle, text: str) -> Handle:
    known = catalog.names("backbones")
    if handle.scheme not in known:
        raise UserError(
            f"Expected a handle that starts with one of: {', '.join(f'{k}://' for k in known)}. "
            f"Received: backbone={text!r}.{catalog.nearest(handle.scheme, known)}"
        )
    return handle


def _from_path(text: str) -> Handle:
    path = Path(text)
    if path.suffix == ".keras":
        return Handle("keras", text)
    if (path / "saved_model.pb").exists() or (path.is_file() and text.endswith(_ARCHIVES)):
        return Handle("tfhub", text)
    if (path / "config.json").exists():
        return Handle("preset", text)
    module, _, name = text.rpartition("keras.applications.")
    if module in ("", "tf.", "tensorflow.") and name != text:
        return parse(f"application://{name.rpartition('.')[2]}")
    what = "a directory without config.json" if path.is_dir() else "no file or directory"
    raise UserError(
        "Expected a `.keras` file, a directory with a SavedModel or a KerasHub or Hugging Face "
        "preset, or a handle "
        f"such as preset://bert_tiny_en_uncased. Received: backbone={text!r} ({what}). "
        "Write the scheme in front, or correct the path."
    )
