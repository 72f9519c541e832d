"""How large a picture is, without decoding it."""

import warnings
from typing import Any

import numpy as np
from PIL import Image

_ORIENTATION = 0x0112
_ON_ITS_SIDE = (5, 6, 7, 8)


def picture_size(value: Any) -> tuple[int, int]:
    """Returns height and width of a picture as it is seen, turned upright as its EXIF data asks.

    Args:
        value: Path of an image file, or an array `(height, width[, channels])`.

    Example:
        >>> picture_size(np.zeros((4, 6, 3), "uint8"))
        (4, 6)
    """
    if not isinstance(value, str):
        height, width = np.shape(value)[:2]
        return int(height), int(width)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata; the source has judged the file
        with Image.open(value) as image:
            width, height = image.size
            turned = image.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
    return (width, height) if turned else (height, width)
