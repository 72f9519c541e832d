"""Pieces of pictures."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.data.augmentation import _pictures

MOVES_PLACES = True


@dataclass(frozen=True)
class Crop:
    """Cuts a random piece out of a picture; the backbone's preprocessing brings it to its size.

    Of the picture's area a share drawn evenly from [smallest, 1] is kept, of a shape up to
    `stretch` times wider or higher than the picture's own (evenly in the logarithm). The piece is
    cut from the picture as it was stored, so nothing is enlarged twice.

    Args:
        smallest: Smallest share of the area; 0.08 when training ImageNet from scratch, more where
            the object fills the picture.
        stretch: At least 1; 4/3 in the paper.

    Example:
        >>> Crop(smallest=0.25)(np.zeros((40, 60), "uint8"), np.random.default_rng(0)).shape
        (36, 48, 3)

    References:
        Szegedy et al., 2015, CVPR, section 6.
    """

    smallest: float = 0.35
    stretch: float = 4 / 3
    modality: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        _pictures.expect("smallest", self.smallest, 0.01, 1)
        _pictures.expect("stretch", self.stretch, 1, 10)

    def __call__(
        self, value: str | NDArray[np.uint8], generator: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Returns the pixels of a piece."""
        found = _pictures.piece(_pictures.opened(value), self.smallest, self.stretch, generator)
        return _pictures.pixels(found)
