"""What examples are: their digest, and what a person sees of them."""

import base64
import hashlib
import io
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ftkeras.contracts.dataset import Dataset
from ftkeras.contracts.ids import has_repeats, sortable
from ftkeras.contracts.task import OVER_PICTURES
from ftkeras.data import image_file
from ftkeras.data.input_parts import parts_of, row_in_words, texts_of
from ftkeras.data.lazy_column import LazyColumn

_EXCERPT = 500
_EXCERPT_OF_WORDS = 1000
_NO_BREAK = "\u00a0"
_THUMBNAIL = 64
_LARGE_VIEW = 192
_AT_ONCE = 65_536


def digest(datasets: Sequence[Dataset]) -> str:
    """SHA-256 over the ids and labels of datasets together, whatever their order."""
    ids = [sortable(dataset.ids) for dataset in datasets]
    if len({each.dtype.kind for each in ids}) > 1:
        ids = [dataset.ids for dataset in datasets]
    return rows_digest(
        np.concatenate(ids), np.concatenate([dataset.labels for dataset in datasets])
    )


def rows_digest(ids: NDArray[Any], labels: NDArray[Any]) -> str:
    """SHA-256 over the sorted lines `id label`, joined by line ends.

    Args:
        ids: `(examples,)`.
        labels: `(examples, ...)`.
    """
    if has_repeats(ids):
        return hashlib.sha256("\n".join(sorted(_lines(ids, labels))).encode()).hexdigest()
    keys = sortable(ids)
    space = np.array(" ", keys.dtype if keys.dtype.kind == "T" else f"{keys.dtype.kind}1")
    order = np.argsort(np.strings.add(keys, space), kind="stable")
    found = hashlib.sha256()
    for first in range(0, len(order), _AT_ONCE):  # never all lines at once
        rows = order[first : first + _AT_ONCE]
        found.update(("\n" * bool(first) + "\n".join(_lines(keys[rows], labels[rows]))).encode())
    return found.hexdigest()


def _lines(ids: NDArray[Any], labels: NDArray[Any]) -> list[str]:
    named = np.char.decode(ids, "utf-8") if ids.dtype.kind == "S" else ids
    one_each = labels.tolist() if labels.ndim == 1 else labels
    return [f"{id_} {label}" for id_, label in zip(named.tolist(), one_each, strict=True)]


def previews(*datasets: Dataset) -> NDArray[np.object_]:
    """Returns what a person sees of each input of datasets, one behind the other.

    That is an excerpt, or a thumbnail as a data URL; of an input of several parts its picture, or
    else its text. Of texts that were left on disk they are read where they are asked for.
    """
    inputs: list[Any] = [each.inputs for each in datasets]
    on_disk = [texts for texts in inputs if isinstance(texts, LazyColumn)]
    if len(on_disk) == len(datasets):
        column = LazyColumn.joined([texts.map(_excerpt) for texts in on_disk])
        return cast("NDArray[np.object_]", column)
    return np.concatenate([_previews(dataset) for dataset in datasets])


def _previews(dataset: Dataset) -> NDArray[np.object_]:
    parts = parts_of(dataset)
    if dataset.label_kind in OVER_PICTURES:
        return np.array([_large_view(image) for image in dataset.inputs], dtype=object)
    if "image" in parts:
        return np.array([_thumbnail(image) for image in parts["image"].inputs], dtype=object)
    if dataset.modality == "words":
        return np.array(list(map(_whole_words, dataset.inputs)), dtype=object)
    if "audio" in parts:
        return np.array([_excerpt(_in_words(sound)) for sound in parts["audio"].inputs], object)
    texts = texts_of(dataset)
    if texts is None and "tabular" in parts:
        told = [row_in_words(row) for row in parts["tabular"].inputs]
    else:
        told = list(map(str, (dataset if texts is None else texts).inputs))
    return np.array(list(map(_excerpt, told)), dtype=object)


def _whole_words(words: Sequence[str]) -> str:
    """As many words as fit, a space between each two: what is marked in a report are words."""
    joined = [_NO_BREAK.join(word.split()) or _NO_BREAK for word in words]
    ends = np.cumsum([len(word) + 1 for word in joined])
    return " ".join(joined[: max(1, int((ends <= _EXCERPT_OF_WORDS).sum()))])


def _excerpt(text: str) -> str:
    return text[:_EXCERPT]


def _upright(image: str | NDArray[np.uint8]) -> Image.Image:
    """A picture in red, green and blue, as backbones see it: turned upright, the upper 8 bits."""
    mode, pixels = image_file.canonical_pixels(image)
    if mode.startswith("I"):
        pixels = (np.clip(pixels.astype("int64"), 0, 65535) // 257).astype(np.uint8)
    return Image.fromarray(pixels).convert("RGB")


def _large_view(image: str | NDArray[np.uint8]) -> str:
    """A picture large enough to tell its places apart."""
    small = _upright(image)
    small.thumbnail((_LARGE_VIEW, _LARGE_VIEW))
    content = io.BytesIO()
    small.save(content, format="JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(content.getvalue()).decode()


def _in_words(sound: Any) -> str:
    """A file's path, or how long samples last."""
    if not isinstance(sound, tuple):
        return str(sound)
    samples, rate = sound
    return f"{len(samples) / rate:.2f} s, {rate} Hz"


def _thumbnail(image: str | NDArray[np.uint8]) -> str:
    small = _upright(image)
    small.thumbnail((_THUMBNAIL, _THUMBNAIL))
    content = io.BytesIO()
    small.save(content, format="PNG")
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
