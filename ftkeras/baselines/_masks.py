"""What baselines of masks share: pictures as pixels."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ftkeras.mask import IGNORED, decode

Stored = str | NDArray[np.uint8]
"""Path of an image file, or pixels."""


def counted(labels: NDArray[np.object_], num_classes: int) -> NDArray[np.int64]:
    """Returns `(classes,)` pixels of each class.

    Args:
        labels: Encoded masks.
        num_classes: Number of classes.
    """
    found = np.zeros(IGNORED + 1, "int64")
    for label in labels:
        found += np.bincount(decode(label).ravel(), minlength=IGNORED + 1)
    return found[:num_classes]


def upright(image: Stored) -> Image.Image:
    """Returns a picture as red, green and blue, turned upright."""
    if isinstance(image, np.ndarray):
        return Image.fromarray(np.squeeze(image)).convert("RGB")
    with Image.open(image) as opened:
        return ImageOps.exif_transpose(opened).convert("RGB")
