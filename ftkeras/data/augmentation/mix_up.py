"""Two pictures laid over each other."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.augmentation import Mixture
from ftkeras.data.augmentation import _pictures


@dataclass(frozen=True)
class MixUp:
    """Adds a share of another training picture, and the same share of its label.

    `x = s x1 + (1 - s) x2` with `s` from Beta(alpha, alpha); labels alike. The other picture is
    brought to the size of the first.

    Args:
        alpha: Above 0; 0.2 leaves most pictures nearly alone, 1 draws evenly.

    Example:
        >>> black, white = np.zeros((1, 1), "uint8"), np.full((1, 1), 255, "uint8")
        >>> mixture = MixUp(alpha=1).draw(np.random.default_rng(0))
        >>> MixUp().mix(black, white, mixture)[0, 0].tolist(), round(255 * (1 - mixture.share))
        ([76, 76, 76], 76)

    References:
        Zhang et al., 2018, ICLR, arXiv:1710.09412.
    """

    alpha: float = 0.2
    modality: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        _pictures.expect("alpha", self.alpha, 1e-3, 100)

    def draw(self, generator: np.random.Generator) -> Mixture:
        """Returns a share from Beta(alpha, alpha)."""
        return Mixture(float(generator.beta(self.alpha, self.alpha)))

    def mix(
        self, first: str | NDArray[np.uint8], second: str | NDArray[np.uint8], mixture: Mixture
    ) -> NDArray[np.uint8]:
        """Returns the weighted mean of the pixels."""
        one, other = _pictures.pair(first, second)
        mixed = mixture.share * one.astype("float64") + (1 - mixture.share) * other
        return np.rint(mixed).astype("uint8")
