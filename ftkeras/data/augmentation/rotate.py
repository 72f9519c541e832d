"""Pictures that are not quite upright."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ftkeras.data.augmentation import _pictures


@dataclass(frozen=True)
class Rotate:
    """Turns a picture by an angle drawn evenly from [-degrees, degrees] around its middle.

    The size stays; corners that are uncovered become grey.

    Args:
        degrees: Largest angle, in (0, 180].

    Example:
        >>> Rotate(90)(np.full((20, 20), 255, "uint8"), np.random.default_rng(0)).min()
        np.uint8(128)
    """

    degrees: float = 15.0
    modality: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        _pictures.expect("degrees", self.degrees, 0.01, 180)

    def __call__(
        self, value: str | NDArray[np.uint8], generator: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Returns the pixels of the turned picture."""
        angle = generator.uniform(-self.degrees, self.degrees)
        bilinear, grey = Image.Resampling.BILINEAR, _pictures.UNCOVERED
        turned = _pictures.opened(value).rotate(angle, resample=bilinear, fillcolor=grey)
        return _pictures.pixels(turned)
