"""Opening image files that nobody has vouched for."""

import io
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ftkeras.data import existing_file
from ftkeras.errors import UserError
from ftkeras.picture_size import DAMAGE, FORMATS

_File = TypeVar("_File")
_Result = TypeVar("_Result")
SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp")
# Pixels deeper than 8 bits: integers, also of 16 bits ("I;16"), and floats.
_DEEP = ("I", "F")
_BYTES_A_PIXEL = 16
_METADATA = 1 << 26
MOST_PIXELS = 50_000_000
"""Of pictures for which no other limit is named."""


def for_each(function: Callable[[_File], _Result], files: Iterable[_File]) -> list[_Result]:
    """Returns the function's result for each file, in order, computed in threads.

    Threads pay because reading and decoding release the interpreter lock. Pillow's warnings about
    odd metadata are silenced meanwhile, and so is its warning about size, for `problem` has a
    limit of its own; warning filters hold for the whole process, so they are set around all
    threads and not in each.
    """
    with warnings.catch_warnings(), ThreadPoolExecutor() as pool:
        warnings.filterwarnings("ignore", module=r"PIL\b")
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return list(pool.map(function, files))


def content(file: Path, max_pixels: int) -> bytes:
    """Returns the content of an image file.

    Args:
        file: The file.
        max_pixels: A file of more bytes than that many pixels can take is refused unread.

    Raises:
        OSError: It cannot be read; `strerror` says why.
    """
    return existing_file.content(file, _BYTES_A_PIXEL * max_pixels + _METADATA)


def problem(data: bytes, max_pixels: int) -> str:
    """Returns what is wrong with the content of an image file, or an empty string.

    The size is read from the header, so a decompression bomb is refused before it unfolds. Then
    all of the content is decoded (a JPEG at an eighth of its size, which takes a third of the time
    and still reads every byte), so a truncated file is found now and not in the third epoch.

    Args:
        data: The content of the file.
        max_pixels: Larger images are refused.
    """
    if not data:
        return "is empty"
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
            if width * height > max_pixels:
                return f"has {width} x {height} pixels, more than max_pixels={max_pixels}"
            if not width or not height:
                return "has no pixels"
            image.draft("RGB", (1, 1))
            image.load()
            # What is done to it later must not fail later: turning it upright, and its colours.
            _plain(ImageOps.exif_transpose(image).crop((0, 0, 1, 1)))
    except Image.DecompressionBombError as error:
        return f"is too large ({error})"
    except Image.UnidentifiedImageError:
        return f"is no image of a known kind ({', '.join(FORMATS)})"
    except DAMAGE as error:
        return f"is damaged ({str(error)[:80] or type(error).__name__})"
    return ""


def canonical_pixels(image: str | NDArray[np.uint8]) -> tuple[str, NDArray[np.generic]]:
    """Returns the pixels of the first frame in a form that does not depend on how they are stored.

    Every mode of 8 bits a channel (grey, palette, colour, with or without transparency) becomes
    RGBA; deeper pixels stay as they are, for 8 bits would make different images equal. Pictures
    that a camera stored on their side are turned upright, as backbones see them.

    Args:
        image: Path of a file, or pixels.

    Returns:
        Pillow's name of the mode, and the pixels: `(height, width, 4)` uint8 for `"RGBA"`.

    Raises:
        UserError: The file cannot be read or decoded.
    """
    if not isinstance(image, str):
        flat = image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image
        return "RGBA", np.asarray(Image.fromarray(flat).convert("RGBA"))
    try:
        with Image.open(image, formats=FORMATS) as stored:
            stored.load()
            plain = _plain(ImageOps.exif_transpose(stored))
            return plain.mode, np.asarray(plain)
    except DAMAGE as error:
        raise UserError(
            f"Expected an image that can be decoded. Received: {image} ({error}). "
            "Mend or remove it."
        ) from None


def _plain(image: Image.Image) -> Image.Image:
    return image if image.mode.startswith(_DEEP) else image.convert("RGBA")
