"""What augmentations of images share: reading, and numbers in a range."""

import contextlib
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ftkeras.data import image_file
from ftkeras.errors import UserError

# What turning and shifting uncovers: the mean of the range, which says least.
UNCOVERED = (128, 128, 128)
# Nearly all photographs: what needs no more than decoding.
_PLAIN = ("RGB", "L")


def opened(value: str | NDArray[np.uint8]) -> Image.Image:
    """Returns a picture as red, green and blue, turned upright.

    Args:
        value: Path of an image file, or pixels.
    """
    if isinstance(value, np.ndarray) and value.ndim == 3 and value.shape[2] == 3:
        return Image.fromarray(np.ascontiguousarray(value))
    if isinstance(value, str):
        with contextlib.suppress(OSError), Image.open(value) as stored:
            if stored.mode in _PLAIN:
                return ImageOps.exif_transpose(stored).convert("RGB")
    mode, pixels = image_file.canonical_pixels(value)  # and a good message where it is damaged
    if mode != "RGBA":  # more than 8 bits: backbones see the upper ones
        grey = np.clip(pixels.astype("int64"), 0, 65535) // 257
        return Image.fromarray(grey.astype("uint8")).convert("RGB")
    return Image.fromarray(np.ascontiguousarray(pixels[..., :3]))


def mirrored(image: Image.Image, generator: np.random.Generator) -> Image.Image:
    """Returns the picture, mirrored left to right with a probability of one half."""
    return ImageOps.mirror(image) if generator.random() < 0.5 else image


def piece(
    image: Image.Image, smallest: float, stretch: float, generator: np.random.Generator
) -> Image.Image:
    """Returns a random piece of the picture.

    Args:
        image: The picture.
        smallest: Smallest share of its area.
        stretch: How much wider or higher than the picture's own its shape may be.
        generator: Where all randomness comes from.
    """
    share = generator.uniform(smallest, 1)
    ratio = math.exp(generator.uniform(-1, 1) * math.log(stretch))
    width = min(image.width, max(1, round(image.width * math.sqrt(share * ratio))))
    height = min(image.height, max(1, round(image.height * math.sqrt(share / ratio))))
    left = int(generator.integers(image.width - width + 1))
    top = int(generator.integers(image.height - height + 1))
    return image.crop((left, top, left + width, top + height))


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    """Returns `(height, width, 3)` uint8."""
    return np.asarray(image, "uint8")


def pair(
    first: str | NDArray[np.uint8], second: str | NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Returns the pixels of two pictures, the second at the size of the first."""
    one, other = opened(first), opened(second)
    if other.size != one.size:
        other = ImageOps.fit(other, one.size, Image.Resampling.BILINEAR)
    return pixels(one), pixels(other)


def expect(name: str, value: Any, low: float, high: float) -> None:
    """Raises `UserError` unless a number is in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise UserError(
            f"Expected `{name}` to be a number in [{low:g}, {high:g}]. Received: {name}={value!r}."
        )
