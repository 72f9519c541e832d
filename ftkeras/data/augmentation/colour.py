"""Pictures in another light."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from ftkeras.data.augmentation import _pictures

KEEPS_PLACES = True


@dataclass(frozen=True)
class Colour:
    """Changes brightness, contrast, saturation and hue, in a random order.

    The first three are factors drawn evenly from [1 - x, 1 + x] (0 is black, grey, without colour;
    1 leaves the picture as it is), hue is turned by a share of the circle in [-hue, hue].

    Args:
        brightness: In [0, 1].
        contrast: In [0, 1].
        saturation: In [0, 1].
        hue: In [0, 0.5].

    Example:
        >>> Colour(contrast=0, saturation=0)(np.full((1, 1), 100, "uint8"),
        ...     np.random.default_rng(0))[0, 0].tolist()
        [105, 105, 105]

    References:
        Howard, 2013, arXiv:1312.5402.
    """

    brightness: float = 0.2
    contrast: float = 0.2
    saturation: float = 0.2
    hue: float = 0.0
    modality: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        for name in ("brightness", "contrast", "saturation"):
            _pictures.expect(name, getattr(self, name), 0, 1)
        _pictures.expect("hue", self.hue, 0, 0.5)

    def __call__(
        self, value: str | NDArray[np.uint8], generator: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Returns the pixels of the changed picture."""
        image = _pictures.opened(value)
        kinds = (
            (ImageEnhance.Brightness, self.brightness),
            (ImageEnhance.Contrast, self.contrast),
            (ImageEnhance.Color, self.saturation),
        )
        factors = [generator.uniform(1 - most, 1 + most) for _, most in kinds]
        turn = generator.uniform(-self.hue, self.hue)
        for number in generator.permutation(4):
            if number == 3:
                image = _turned(image, turn) if self.hue else image
            elif kinds[number][1]:
                image = kinds[number][0](image).enhance(factors[number])
        return _pictures.pixels(image)


def _turned(image: Image.Image, share: float) -> Image.Image:
    hue, saturation, value = image.convert("HSV").split()
    shifted = (np.asarray(hue, "int64") + round(256 * share)) % 256
    merged = Image.merge("HSV", (Image.fromarray(shifted.astype("uint8")), saturation, value))
    return merged.convert("RGB")
