"""What baselines of masks and boxes share: pictures as pixels."""

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
    """Returns a picture as red, green and blue, turned upright.

    Example:
        >>> upright(np.zeros((1, 5, 3), "uint8")).size
        (5, 1)
    """
    if isinstance(image, np.ndarray):
        return _in_colours(Image.fromarray(image[..., 0] if image.shape[2:] == (1,) else image))
    with Image.open(image) as opened:
        return _in_colours(ImageOps.exif_transpose(opened))


def _in_colours(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # Pillow would clip 16 bits; backbones see the upper 8
        grey = np.clip(np.asarray(picture).astype("int64"), 0, 65535) // 257
        picture = Image.fromarray(grey.astype(np.uint8))
    return picture.convert("RGB")
