"""One picture, from a file or an array, as a PIL image whose channels are red, green and blue."""

import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ftkeras.errors import UserError

# A page scanned at 600 dots an inch has 35 million pixels. PIL itself starts to warn at 89 million.
_MOST_PIXELS = 80_000_000
_DAMAGE = (
    OSError,
    SyntaxError,  # what PIL raises on a broken PNG chunk
    ValueError,
    TypeError,
    IndexError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def read(value: Any) -> Image.Image:
    """Decodes one picture, turned upright as its EXIF data asks.

    Args:
        value: Path of an image file, or an array of `(height, width)` or
            `(height, width, 1, 3 or 4)` with values in [0, 255], rounded to 8 bits.

    Returns:
        A PIL image of mode RGB; transparency is dropped.

    Raises:
        UserError: The file is missing, damaged, no image, or larger than 80 million pixels; or the
            array has another shape or range. The message names the file.
    """
    if isinstance(value, str | os.PathLike):
        return _from_file(Path(value))
    return _from_array(np.asarray(value))


def _from_file(path: Path) -> Image.Image:
    try:
        with Image.open(path) as image:
            width, height = image.size
            if width * height > _MOST_PIXELS:
                raise UserError(
                    f"Expected an image of at most {_MOST_PIXELS:,} pixels. Received: {path} with "
                    f"{width} x {height}. Shrink it, or leave it out."
                )
            image.load()
            return _to_rgb(ImageOps.exif_transpose(image))
    except UserError:
        raise
    except FileNotFoundError:
        raise UserError(
            f"Expected an image file. Received: {path}, which does not exist. Correct the path."
        ) from None
    except _DAMAGE as error:
        raise UserError(
            f"Expected an image that can be decoded. Received: {path} "
            f"({type(error).__name__}: {str(error)[:200]}). Replace the file, or leave it out."
        ) from error


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("I", "I;16", "I;16B", "I;16L"):
        # PIL clips 16-bit grey to white; the eight upper bits are what was meant.
        grey = np.asarray(image).astype(np.int64)
        image = Image.fromarray((np.clip(grey, 0, 65535) // 257).astype(np.uint8))
    return image if image.mode == "RGB" else image.convert("RGB")


def _from_array(array: NDArray[Any]) -> Image.Image:
    described = f"array of shape {array.shape} and type {array.dtype}"
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or 0 in array.shape:
        raise UserError(
            "Expected an image of shape (height, width) or (height, width, channels) with 1, 3 "
            f"or 4 channels. Received: {described}. Put the channels last."
        )
    if array.dtype != np.uint8:  # bytes are in range, and rounding them would take longest
        _expect_pixels(array, described)
        array = np.rint(array).astype(np.uint8)
    pixels = array[..., :3]
    return Image.fromarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)).copy())


def _expect_pixels(array: NDArray[Any], described: str) -> None:
    if array.dtype.kind not in "uif" or not np.isfinite(array).all():
        raise UserError(f"Expected finite pixel values. Received: {described}. Clean the image.")
    low, high = float(array.min()), float(array.max())
    if low < 0 or high > 255 or (array.dtype.kind == "f" and 0 < high <= 1):
        raise UserError(
            f"Expected pixel values in [0, 255]. Received: {described} with values in "
            f"[{low:g}, {high:g}]. Undo any scaling: the backbone does its own."
        )
