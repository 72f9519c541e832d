"""A few changes drawn from a list of many, all of one strength."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from ftkeras.data.augmentation import _pictures
from ftkeras.errors import UserError

_STRONGEST = 30
_Change = Callable[[Image.Image, float, float], Image.Image]


@dataclass(frozen=True)
class RandAugment:
    """Changes a picture by `operations` of fourteen, drawn with repetition.

    These are identity, auto contrast, equalise, rotate, solarise, saturation, posterise, contrast,
    brightness, sharpness, and shear and shift along both axes. Strength grows with
    `magnitude / 30`: at 30 an angle of 30 degrees, enhancing by a factor of 0.1 or 1.9, a shear of
    0.3, a shift of 0.45 of a side, 4 bits of 8, and all values above 0 inverted. Signs are drawn.

    Args:
        operations: How many, at least 1; 2 in most of the paper.
        magnitude: In [0, 30]; 9 for small networks, more for large ones.

    Example:
        >>> picture = np.arange(192, dtype="uint8").reshape(8, 8, 3)
        >>> RandAugment()(picture, np.random.default_rng(0)).shape
        (8, 8, 3)

    References:
        Cubuk et al., 2020, NeurIPS, arXiv:1909.13719.
    """

    operations: int = 2
    magnitude: float = 9.0
    modality: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        if not isinstance(self.operations, int) or self.operations < 1:
            raise UserError(
                "Expected `operations` to be an integer >= 1. Received: "
                f"operations={self.operations!r}."
            )
        _pictures.expect("magnitude", self.magnitude, 0, _STRONGEST)

    def __call__(
        self, value: str | NDArray[np.uint8], generator: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Returns the pixels of the changed picture."""
        image, strength = _pictures.opened(value), self.magnitude / _STRONGEST
        for _ in range(self.operations):
            change = _CHANGES[int(generator.integers(len(_CHANGES)))]
            sign = 1.0 if generator.random() < 0.5 else -1.0
            image = change(image, strength, sign)
        return _pictures.pixels(image)


def _moved(image: Image.Image, matrix: tuple[float, ...]) -> Image.Image:
    return image.transform(
        image.size,
        Image.Transform.AFFINE,
        matrix,
        resample=Image.Resampling.BILINEAR,
        fillcolor=_pictures.UNCOVERED,
    )


def _enhanced(
    kind: Callable[[Image.Image], ImageEnhance._Enhance],
) -> _Change:
    return lambda image, strength, sign: kind(image).enhance(1 + sign * 0.9 * strength)


_CHANGES: tuple[_Change, ...] = (
    lambda image, strength, sign: image,
    lambda image, strength, sign: ImageOps.autocontrast(image),
    lambda image, strength, sign: ImageOps.equalize(image),
    lambda image, strength, sign: image.rotate(
        sign * 30 * strength, Image.Resampling.BILINEAR, fillcolor=_pictures.UNCOVERED
    ),
    lambda image, strength, sign: ImageOps.solarize(image, round(256 * (1 - strength))),
    lambda image, strength, sign: ImageOps.posterize(image, 8 - round(4 * strength)),
    _enhanced(ImageEnhance.Color),
    _enhanced(ImageEnhance.Contrast),
    _enhanced(ImageEnhance.Brightness),
    _enhanced(ImageEnhance.Sharpness),
    lambda image, strength, sign: _moved(image, (1, sign * 0.3 * strength, 0, 0, 1, 0)),
    lambda image, strength, sign: _moved(image, (1, 0, 0, sign * 0.3 * strength, 1, 0)),
    lambda image, strength, sign: _moved(
        image, (1, 0, sign * 0.45 * strength * image.width, 0, 1, 0)
    ),
    lambda image, strength, sign: _moved(
        image, (1, 0, 0, 0, 1, sign * 0.45 * strength * image.height)
    ),
)
