"""A window of one picture in another one."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.data.augmentation import _pictures


@dataclass(frozen=True)
class CutMix:
    """Puts a window of another training picture in, and its label by the window's area.

    The window has the picture's shape and the area `1 - s` with `s` from Beta(alpha, alpha); its
    middle is drawn evenly, and what lies outside is cut off. The picture's label keeps the share
    that is left of it. The other picture is brought to the size of the first.

    Args:
        alpha: Above 0; 1 draws areas evenly.

    Example:
        >>> black, white = np.zeros((10, 10), "uint8"), np.full((10, 10), 255, "uint8")
        >>> mixed, share = CutMix().mix(black, white, np.random.default_rng(0))
        >>> bool(np.isclose((mixed == 0).mean(), share)), round(share, 2)
        (True, 0.9)

    References:
        Yun et al., 2019, ICCV, arXiv:1905.04899.
    """

    alpha: float = 1.0
    modality: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        _pictures.expect("alpha", self.alpha, 1e-3, 100)

    def mix(
        self,
        first: str | NDArray[np.uint8],
        second: str | NDArray[np.uint8],
        generator: np.random.Generator,
    ) -> tuple[NDArray[np.uint8], float]:
        """Returns the pixels of both, and the share of the area that the first one keeps."""
        one, other = _pictures.pair(first, second)
        side = math.sqrt(1 - generator.beta(self.alpha, self.alpha))
        window = []
        for length in one.shape[:2]:
            middle, half = generator.integers(length), round(side * length) / 2
            window.append(slice(max(0, math.floor(middle - half)),
                                min(length, math.floor(middle + half))))  # fmt: skip
        mixed = one.copy()
        mixed[window[0], window[1]] = other[window[0], window[1]]
        pasted = math.prod(part.stop - part.start for part in window)
        return mixed, 1 - pasted / math.prod(one.shape[:2])
