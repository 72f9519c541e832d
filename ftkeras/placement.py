"""Where a picture stands in the picture that a network sees, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Window = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True)
class Placement:
    """A window of a picture, and where in the network's picture it stands.

    A point (x, y) of the picture is at `place.left + (x - window.left) * place.width /
    window.width` and likewise below. Pixel (0, 0) reaches from 0 to 1, so its middle is at 0.5.

    Args:
        picture: Height and width of the picture, upright.
        shown: Height and width of the network's picture.
        window: What of the picture is seen, in its pixels.
        place: Where that stands, in pixels of the network.

    Example:
        >>> found = placed((100, 200), (10, 10), "crop")
        >>> found.window, found.place
        ((50.0, 0.0, 150.0, 100.0), (0.0, 0.0, 10.0, 10.0))
        >>> found.to_network(np.array([[100.0, 50.0]])).tolist()
        [[5.0, 5.0]]
        >>> found.to_picture(np.array([[5.0, 5.0]])).tolist()
        [[100.0, 50.0]]
    """

    picture: tuple[int, int]
    shown: tuple[int, int]
    window: Window
    place: Window

    def to_network(self, points: NDArray[Any]) -> NDArray[np.float64]:
        """Returns `(..., 2)` points (x, y) of the picture in pixels of the network."""
        return _moved(points, self.window, self.place)

    def to_picture(self, points: NDArray[Any]) -> NDArray[np.float64]:
        """Returns `(..., 2)` points (x, y) of the network's picture in pixels of the picture."""
        return _moved(points, self.place, self.window)


def placed(picture: Sequence[int], shown: Sequence[int], fit: str) -> Placement:
    """Returns where a picture stands in the network's, as `backbones.preprocessing.image` fits it.

    Args:
        picture: Height and width of the picture, upright.
        shown: Height and width of what the network sees.
        fit: `crop` (the largest window in the middle), `stretch` or `pad`.

    Raises:
        ValueError: Another fit.

    Example:
        >>> placed((100, 200), (10, 10), "pad").place
        (0.0, 2.0, 10.0, 7.0)
        >>> placed((100, 200), (10, 10), "stretch").window
        (0.0, 0.0, 200.0, 100.0)
    """
    (height, width), (rows, columns) = picture, shown
    window: Window = (0.0, 0.0, float(width), float(height))
    place: Window = (0.0, 0.0, float(columns), float(rows))
    if fit == "crop":
        window = _largest_inside(width, height, columns / rows)
    elif fit == "pad":
        place = _contained(width, height, columns, rows)
    elif fit != "stretch":
        raise ValueError(f"Expected crop, stretch or pad. Received: fit={fit!r}.")
    return Placement((height, width), (rows, columns), window, place)


def _largest_inside(width: int, height: int, ratio: float) -> Window:
    """The window that PIL's `ImageOps.fit` cuts out."""
    if width / height >= ratio:
        kept = ratio * height
        return ((width - kept) / 2, 0.0, (width - kept) / 2 + kept, float(height))
    kept = width / ratio
    return (0.0, (height - kept) / 2, float(width), (height - kept) / 2 + kept)


def _contained(width: int, height: int, columns: int, rows: int) -> Window:
    """The place that PIL's `ImageOps.pad` gives a picture."""
    if width / height > columns / rows:
        kept = round(height / width * columns)
        top = round((rows - kept) * 0.5)
        return (0.0, float(top), float(columns), float(top + kept))
    kept = round(width / height * rows)
    left = round((columns - kept) * 0.5)
    return (float(left), 0.0, float(left + kept), float(rows))


def _moved(points: NDArray[Any], source: Window, target: Window) -> NDArray[np.float64]:
    start, end = np.array(source[:2]), np.array(source[2:])
    first, last = np.array(target[:2]), np.array(target[2:])
    scale = (last - first) / (end - start)
    return np.asarray(first + (np.asarray(points, "float64") - start) * scale)
