"""How large a picture is, without decoding it, and which files are pictures at all."""

import io
import struct
import warnings
import zlib
from typing import Any

import numpy as np
from PIL import Image

from ftkeras.errors import UserError

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
"""Decoders that only read pixels: EPS, for one, would start a PostScript interpreter."""

DAMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    LookupError,
    ArithmeticError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What decoders raise on damaged files, found by fuzzing them."""

_ORIENTATION = 0x0112
_ON_ITS_SIDE = (5, 6, 7, 8)


def picture_size(value: Any) -> tuple[int, int]:
    """Returns height and width of a picture as it is seen, turned upright as its EXIF data asks.

    Args:
        value: Path of an image file, its content, or an array `(height, width[, channels])`.

    Raises:
        UserError: The file cannot be read.

    Example:
        >>> picture_size(np.zeros((4, 6, 3), "uint8"))
        (4, 6)
    """
    if not isinstance(value, str | bytes):
        height, width = np.shape(value)[:2]
        return int(height), int(width)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata; the source has judged the file
            file = io.BytesIO(value) if isinstance(value, bytes) else value
            with Image.open(file, formats=FORMATS) as image:
                width, height = image.size
                # Of a TIFF file Pillow says the size that it has once it is turned.
                on_its_side = image.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
                turned = on_its_side and image.format != "TIFF"
    except DAMAGE as error:
        named = value if isinstance(value, str) else f"{len(value)} bytes"
        raise UserError(
            f"Expected an image that can be decoded. Received: {named} ({error}). "
            "Mend or remove it."
        ) from None
    return (width, height) if turned else (height, width)
