"""The class of each pixel of a picture, kept as the bytes of a PNG file."""

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

IGNORED = 255
"""What stands where a pixel is left out: neither trained on nor judged."""

MOST_CLASSES = 255
"""Classes are 0 to 254."""

_MOST_PIXELS = 1 << 28
_DAMAGE = (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, MemoryError)
_NAMED = 12


@dataclass(frozen=True, order=True)
class Mask:
    """A class for each pixel: what `encode` made of an array.

    Small, comparable and hashable, so that equal masks are found without unpacking them.

    Args:
        png: Bytes of a grey PNG file of 8 bits; a pixel's value is its class.

    Example:
        >>> mask = Mask.of(np.array([[0, 1, 1], [0, 0, 255]], np.uint8))
        >>> mask.classes.tolist(), mask.shape, mask.values
        ([[0, 1, 1], [0, 0, 255]], (2, 3), (0, 1, 255))
        >>> print(mask)
        mask of 3 x 2 pixels with 0, 1, 255 (d4822df4)
    """

    png: bytes

    @classmethod
    def of(cls, classes: NDArray[Any]) -> "Mask":
        """Returns the mask of a `(height, width)` array of classes."""
        return cls(encode(classes))

    @property
    def classes(self) -> NDArray[np.uint8]:
        """`(height, width)` the class of each pixel, unpacked anew at each call."""
        return decode(self.png)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width, read from the header."""
        width, height = struct.unpack(">II", self.png[16:24])
        return height, width

    @cached_property
    def values(self) -> tuple[int, ...]:
        """The distinct values, smallest first."""
        return tuple(np.flatnonzero(np.bincount(self.classes.ravel(), minlength=256)).tolist())

    def __iter__(self) -> Iterator[int]:
        """Goes through the distinct classes, without what is left out."""
        return (value for value in self.values if value != IGNORED)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of size and pixels, whatever packed them."""
        content = np.array(self.shape, "<u4").tobytes() + self.classes.tobytes()
        return hashlib.sha256(content).hexdigest()

    def __str__(self) -> str:
        height, width = self.shape
        named = ", ".join(map(str, self.values[:_NAMED]))
        more = " and more" if len(self.values) > _NAMED else ""
        return f"mask of {width} x {height} pixels with {named}{more} ({self.digest[:8]})"


def encode(classes: NDArray[Any]) -> bytes:
    """Returns the bytes of a PNG file with the class of each pixel.

    Args:
        classes: `(height, width)` whole numbers in [0, 255].

    Raises:
        ValueError: It is no such array.

    Example:
        >>> decode(encode(np.array([[7]]))).tolist()
        [[7]]
    """
    given = np.asarray(classes)
    if given.ndim != 2 or not given.size or given.dtype.kind not in "biu":
        raise ValueError(
            "Expected whole numbers of shape (height, width). Received: "
            f"classes.shape={given.shape} of {given.dtype}."
        )
    if given.min() < 0 or given.max() > IGNORED:
        raise ValueError(
            f"Expected classes in [0, {IGNORED}]. Received: {given.min()} to {given.max()}."
        )
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(given, np.uint8)).save(file, format="PNG")
    return file.getvalue()


def decode(png: bytes) -> NDArray[np.uint8]:
    """Returns `(height, width)` uint8, what `encode` was given.

    Raises:
        ValueError: The bytes are no such file, or unfold to more than 2^28 pixels.
    """
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise ValueError(f"Received: {image.width} x {image.height} pixels")
            if image.mode != "L":
                raise ValueError(f"Received: mode {image.mode}")
            return np.asarray(image, np.uint8)
    except _DAMAGE as error:
        raise ValueError(
            f"Expected the bytes of a grey PNG file. Received: {len(png)} bytes ({error})."
        ) from None
