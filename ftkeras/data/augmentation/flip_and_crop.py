"""The two changes that most photographs bear."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.data.augmentation import _pictures

MOVES_PLACES = True


@dataclass(frozen=True)
class FlipAndCrop:
    """Mirrors left and right with a probability of one half, and cuts out a random piece.

    What `crop` and `flip` do in one; the usual beginning for photographs.

    Args:
        smallest: Smallest share of the area that is kept.
        stretch: How much wider or higher than the picture's own the piece may be; at least 1.

    Example:
        >>> FlipAndCrop()(np.zeros((40, 60, 3), "uint8"), np.random.default_rng(0)).shape
        (37, 49, 3)
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
        """Returns the pixels of a piece, mirrored or not."""
        image = _pictures.piece(_pictures.opened(value), self.smallest, self.stretch, generator)
        return _pictures.pixels(_pictures.mirrored(image, generator))
