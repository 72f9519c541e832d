"""Reading masks, the class of each pixel of a picture, from files that nobody has vouched for."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ftkeras import mask
from ftkeras.data import image_file
from ftkeras.picture_size import DAMAGE

SUFFIXES = (".bmp", ".gif", ".pgm", ".png", ".tif", ".tiff")
# Nothing that changes a pixel when it saves it: a JPEG invents classes along every edge.
_FORMATS = ("BMP", "GIF", "PNG", "PPM", "TIFF")
_IN_COLOURS = ("RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "LA", "PA")


def read(data: bytes, max_pixels: int) -> tuple[NDArray[np.uint8] | None, str]:
    """Returns `(height, width)` class values and what is wrong with them (nothing: "").

    A palette's indices are the classes, not its colours; black and white are 0 and 1. Grey of more
    than 8 bits is read where no value is beyond 255. A GIF has to be grey: programs that save one
    leave out the numbers that its pixels do not use.

    Args:
        data: The content of the file.
        max_pixels: Larger ones are refused before they unfold.
    """
    if not data:
        return None, "is empty"
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as stored:
            width, height = stored.size
            if width * height > max_pixels:
                return None, f"has {width} x {height} pixels, more than max_pixels={max_pixels}"
            if not width or not height:
                return None, "has no pixels"
            if reason := _renumbered(stored):
                return None, reason
            stored.load()
            values = np.asarray(ImageOps.exif_transpose(stored))
    except Image.DecompressionBombError as error:
        return None, f"is too large ({error})"
    except Image.UnidentifiedImageError:
        return None, f"is no mask of a known kind ({', '.join(_FORMATS)}; a JPEG blurs classes)"
    except DAMAGE as error:
        return None, f"is damaged ({str(error)[:80] or type(error).__name__})"
    if values.ndim != 2 or values.dtype.kind not in "biu":
        return None, f"holds {values.dtype}, not the number of a class at each pixel"
    if values.min() < 0 or values.max() > mask.IGNORED:
        return None, f"has values from {values.min()} to {values.max()}, not from 0 to 255"
    return values.astype(np.uint8), ""


def _renumbered(stored: Image.Image) -> str:
    """Why what stands at a pixel is not the number of its class; empty where it may be."""
    if stored.mode in _IN_COLOURS:
        return (
            f"holds colours ({stored.mode}), not the number of a class at each pixel: save "
            "it as a grey or palette PNG (where all channels are equal, with "
            "Pillow's image.convert('L'))"
        )
    if stored.format == "GIF" and stored.mode == "P":
        return (
            "is a GIF with a palette, which programs number anew when they save it: save its "
            "classes as a grey PNG"
        )
    return ""


def of_path(path: str, max_pixels: int) -> tuple[NDArray[np.uint8] | None, str]:
    """Returns what `read` returns of a file, and why it cannot be opened if it cannot.

    Args:
        path: The file.
        max_pixels: Larger ones are refused.
    """
    try:
        return read(image_file.content(Path(path), max_pixels), max_pixels)
    except (OSError, ValueError) as error:
        return None, f"cannot be read ({getattr(error, 'strerror', None) or error})"
