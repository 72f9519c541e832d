"""A window of one picture in another one."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.augmentation import Mixture
from ftkeras.data.augmentation import _pictures


@dataclass(frozen=True)
class CutMix:
    """Puts a window of another training picture in, and its label by the window's area.

    The window has the picture's shape and the area `1 - s` with `s` from Beta(alpha, alpha); its
    middle is drawn evenly, and what lies outside is cut off. The picture's label keeps the share
    that is left of it; sides are rounded to whole pixels afterwards. The other picture is brought
    to the size of the first.

    Args:
        alpha: Above 0; 1 draws areas evenly.

    Example:
        >>> black, white = np.zeros((10, 10), "uint8"), np.full((10, 10), 255, "uint8")
        >>> mixture = CutMix().draw(np.random.default_rng(0))
        >>> round(mixture.share, 3), (CutMix().mix(black, white, mixture) == 0).mean().item()
        (0.909, 0.91)

    References:
        Yun et al., 2019, ICCV, arXiv:1905.04899.
    """

    alpha: float = 1.0
    modality: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        _pictures.expect("alpha", self.alpha, 1e-3, 100)

    def draw(self, generator: np.random.Generator) -> Mixture:
        """Returns a window, and the share of the area outside it."""
        side = math.sqrt(1 - generator.beta(self.alpha, self.alpha))
        middles = generator.random(2)
        top, left = (float(max(0.0, middle - side / 2)) for middle in middles)
        bottom, right = (float(min(1.0, middle + side / 2)) for middle in middles)
        return Mixture(1 - (bottom - top) * (right - left), (top, bottom, left, right))

    def mix(
        self, first: str | NDArray[np.uint8], second: str | NDArray[np.uint8], mixture: Mixture
    ) -> NDArray[np.uint8]:
        """Returns the pixels of the first, and in the window those of the second."""
        if mixture.window is None:
            raise ValueError(f"Expected a mixture with a window. Received: {mixture}.")
        one, other = _pictures.pair(first, second)
        height, width = one.shape[:2]
        sides = np.rint(np.array(mixture.window) * [height, height, width, width]).astype("int64")
        rows, columns = slice(*sides[:2].tolist()), slice(*sides[2:].tolist())
        mixed = one.copy()
        mixed[rows, columns] = other[rows, columns]
        return mixed
