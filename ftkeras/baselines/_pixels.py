"""Images as rows of a matrix: shrunk, grey or coloured, projected on their principal components."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from sklearn.decomposition import PCA

from ftkeras.contracts.dataset import Dataset

Stored = str | NDArray[np.uint8]
"""Path of an image file, or pixels."""

_SIDE = 32
_COMPONENTS = 128


def mode_of(train: Dataset) -> str:
    """Returns `"L"` when all images are grey, else `"RGB"`."""
    with ThreadPoolExecutor() as pool:  # decoding releases the interpreter lock
        return "L" if all(pool.map(_is_grey, train.inputs)) else "RGB"


class Components:
    """The first principal components, fewer where there are few images."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def fit_transform(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        count = min(_COMPONENTS, *pixels.shape)
        self._projection = PCA(count, svd_solver="randomized", random_state=self._seed)
        return self._projection.fit_transform(pixels)

    def transform(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._projection.transform(pixels)


def matrix(examples: Dataset, mode: str) -> NDArray[np.float32]:
    """Returns `(examples, pixels)` in [0, 1]."""
    with ThreadPoolExecutor() as pool:
        rows = list(pool.map(partial(_pixels, mode=mode), examples.inputs))
    channels = {"L": 1, "RGB": 3}[mode]
    return np.array(rows, "float32").reshape(len(rows), _SIDE * _SIDE * channels)


def _is_grey(image: Stored) -> bool:
    with _opened(image) as picture:
        return picture.mode in ("1", "L", "LA", "I", "I;16", "F")


def _pixels(image: Stored, mode: str) -> NDArray[np.float32]:
    with _opened(image) as picture:
        picture.draft(mode, (_SIDE, _SIDE))  # a JPEG is decoded no larger than needed
        upright = ImageOps.exif_transpose(picture).convert(mode)
        small = upright.resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
        return (np.asarray(small).ravel() / 255).astype("float32")


def _opened(image: Stored) -> Image.Image:
    if isinstance(image, str):
        return Image.open(image)
    return Image.fromarray(image[..., 0] if image.shape[2:] == (1,) else image)
