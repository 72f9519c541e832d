"""Pictures to float32 pixels of one size."""

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps

from ftkeras.backbones.preprocessing import _picture
from ftkeras.catalog import nearest
from ftkeras.contracts.backbone import Encoded
from ftkeras.errors import UserError

_FILTERS = {
    "nearest": Pillow.Resampling.NEAREST,
    "bilinear": Pillow.Resampling.BILINEAR,
    "bicubic": Pillow.Resampling.BICUBIC,
    "lanczos": Pillow.Resampling.LANCZOS,
}
_FITS = ("crop", "stretch", "pad")


class Image:
    """Preprocessing of an image backbone.

    Pictures are decoded, turned upright, brought to one size with PIL's antialiased filters, and
    left in [0, 255]: scaling belongs to the backbone's own graph. Decoding runs in threads, into
    one array of `pictures * height * width * 12` bytes; give it as many as memory holds.

    Args:
        size: Height and width in pixels, or one number for both.
        interpolation: `nearest`, `bilinear`, `bicubic` or `lanczos`.
        fit: What becomes of another aspect ratio: `crop` keeps the largest window in the middle,
            `stretch` distorts, `pad` adds black.
        input: Name of the backbone's input.

    Raises:
        UserError: A setting outside these.

    Shapes:
        output: `(pictures, height, width, 3)` float32 in [0, 255].

    Example:
        >>> black_and_white = np.array([[0, 255]], np.uint8)
        >>> Image(1, fit="stretch")([black_and_white]).arrays["images"].tolist()
        [[[[128.0, 128.0, 128.0]]]]
    """

    modality = "image"

    def __init__(
        self,
        size: int | Sequence[int],
        *,
        interpolation: str = "bilinear",
        fit: str = "crop",
        input: str = "images",
    ) -> None:
        self.size = _expect_size(size)
        self.interpolation = _expect("interpolation", interpolation, tuple(_FILTERS))
        self.fit = _expect("fit", fit, _FITS)
        self.input = input

    @property
    def config(self) -> dict[str, Any]:
        """All settings, as JSON values."""
        return {
            "modality": self.modality,
            "size": list(self.size),
            "interpolation": self.interpolation,
            "fit": self.fit,
            "input": self.input,
        }

    def __call__(self, values: Sequence[Any]) -> Encoded:
        """Decodes and resizes pictures.

        Args:
            values: Paths of image files, or arrays `(height, width[, channels])` in [0, 255].

        Raises:
            UserError: A picture cannot be read, or there are none; the message names the file.
        """
        if len(values) == 0:
            raise UserError("Expected at least one picture. Received: values=[].")
        pixels = np.empty((len(values), *self.size, 3), np.float32)

        def place(row: int) -> None:
            pixels[row] = np.asarray(self._resize(_picture.read(values[row])))

        with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
            for _ in threads.map(place, range(len(values))):
                pass  # taking each result raises what its picture raised
        return Encoded(arrays={self.input: pixels})

    def sizes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Returns ones: every picture has the same size once it is encoded."""
        return np.ones(len(values), np.int64)

    def save(self, directory: Path) -> None:
        """Writes `preprocess.json` to an existing directory."""
        text = json.dumps(self.config, indent=1, sort_keys=True)
        (directory / "preprocess.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, config: dict[str, Any], directory: Path) -> Self:
        """Builds it again from its `config`; the directory holds nothing else that it needs."""
        return cls(
            config["size"],
            interpolation=config["interpolation"],
            fit=config["fit"],
            input=config["input"],
        )

    def _resize(self, image: Pillow.Image) -> Pillow.Image:
        height, width = self.size
        method = _FILTERS[self.interpolation]
        if self.fit == "crop":
            return ImageOps.fit(image, (width, height), method)
        if self.fit == "pad":
            return ImageOps.pad(image, (width, height), method)
        return image.resize((width, height), method)


def _expect_size(size: int | Sequence[int]) -> tuple[int, int]:
    pair = tuple(size) if isinstance(size, list | tuple) else (size, size)
    if len(pair) != 2 or not all(type(side) is int and side >= 1 for side in pair):
        raise UserError(
            "Expected `image_size` to be a number of pixels >= 1, or a pair (height, width). "
            f"Received: image_size={size!r}."
        )
    return pair


def _expect(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise UserError(
            f"Expected `{name}` to be one of {', '.join(known)}. Received: {name}={value!r}."
            f"{nearest(str(value), list(known))}"
        )
    return value
