"""What examples are: their digest, and what a person sees of them."""

import base64
import hashlib
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ftkeras.contracts.dataset import Dataset
from ftkeras.data.input_parts import parts_of, row_in_words, texts_of

_EXCERPT = 500
_THUMBNAIL = 64


def digest(datasets: Sequence[Dataset]) -> str:
    """SHA-256 over the ids and labels of datasets together, whatever their order."""
    ids = np.concatenate([dataset.ids for dataset in datasets])
    return rows_digest(ids, np.concatenate([dataset.labels for dataset in datasets]))


def rows_digest(ids: NDArray[np.str_], labels: NDArray[np.generic]) -> str:
    """SHA-256 over ids and labels, whatever their order."""
    one_each = labels.tolist() if labels.ndim == 1 else labels
    rows = sorted(f"{id_} {label}" for id_, label in zip(ids.tolist(), one_each, strict=True))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def previews(dataset: Dataset) -> NDArray[np.object_]:
    """Returns what a person sees of each input: an excerpt, or a thumbnail as a data URL.

    Of an input of several parts that is its picture, or else its text.
    """
    parts = parts_of(dataset)
    if "image" in parts:
        return np.array([_thumbnail(image) for image in parts["image"].inputs], dtype=object)
    texts = texts_of(dataset)
    if texts is None and "tabular" in parts:
        told = [row_in_words(row) for row in parts["tabular"].inputs]
    else:
        told = list(map(str, (dataset if texts is None else texts).inputs))
    return np.array([text[:_EXCERPT] for text in told], dtype=object)


def _thumbnail(image: str | NDArray[np.uint8]) -> str:
    if isinstance(image, np.ndarray):
        small = Image.fromarray(image).convert("RGB")
    else:
        with Image.open(image) as opened:
            small = opened.convert("RGB")
    small.thumbnail((_THUMBNAIL, _THUMBNAIL))
    content = io.BytesIO()
    small.save(content, format="PNG")
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
