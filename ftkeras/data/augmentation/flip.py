"""Mirrored pictures."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import ImageOps

from ftkeras.data.augmentation import _pictures

MOVES_PLACES = True


@dataclass(frozen=True)
class Flip:
    """Mirrors a picture with a probability of one half, left to right, upside down, or both.

    Not for what has a reading direction: text, digits, left and right hands.

    Args:
        horizontal: Whether to mirror left and right.
        vertical: Whether to mirror top and bottom.

    Example:
        >>> picture = np.array([[[0, 0, 0], [9, 9, 9]]], "uint8")
        >>> Flip()(picture, np.random.default_rng(1))[0, :, 0].tolist()
        [0, 9]
        >>> Flip()(picture, np.random.default_rng(2))[0, :, 0].tolist()
        [9, 0]
    """

    horizontal: bool = True
    vertical: bool = False
    modality: ClassVar[str] = "image"

    def __call__(
        self, value: str | NDArray[np.uint8], generator: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Returns the pixels of the picture, mirrored or not."""
        image = _pictures.opened(value)
        if self.horizontal:
            image = _pictures.mirrored(image, generator)
        if self.vertical and generator.random() < 0.5:
            image = ImageOps.flip(image)
        return _pictures.pixels(image)
