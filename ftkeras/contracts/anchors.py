"""Boxes that a detector starts from, and how it says where an object is instead."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The largest factor by which a side can be answered larger than its anchor (as in Faster R-CNN).
_LARGEST_STEP = math.log(1000 / 16)


@dataclass(frozen=True)
class Anchors:
    """Boxes of several sizes and shapes around every place of the maps of a pyramid.

    At level n a place stands for 2^n pixels. Around its middle stand boxes with the sides `size`
    2^n, times 2^(k / scales) for k from 0 up, each in every ratio of height to width at the same
    area. KerasHub's generator puts them around the corner of a place and rounds their sides.

    Args:
        lowest: The lowest level, of the finest map.
        highest: The highest level.
        size: Side of the smallest anchor, in steps of its map.
        scales: Sizes between one level and the next.
        ratios: Heights over widths.

    Example:
        >>> anchors = Anchors(3, 4, scales=1, ratios=(1.0,))
        >>> anchors.boxes(16, 8).round().tolist()
        [[-12.0, -12.0, 20.0, 20.0], [-12.0, -4.0, 20.0, 28.0], [-24.0, -24.0, 40.0, 40.0]]
    """

    lowest: int = 3
    highest: int = 7
    size: float = 4.0
    scales: int = 3
    ratios: tuple[float, ...] = (0.5, 1.0, 2.0)

    @property
    def levels(self) -> range:
        """The levels, finest first."""
        return range(self.lowest, self.highest + 1)

    @property
    def per_place(self) -> int:
        """How many there are around each place."""
        return self.scales * len(self.ratios)

    def places(self, level: int, height: int, width: int) -> tuple[int, int]:
        """Returns rows and columns of the map of a level, of pictures of this size."""
        return math.ceil(height / 2**level), math.ceil(width / 2**level)

    def boxes(self, height: int, width: int) -> NDArray[np.float32]:
        """Returns `(anchors, 4)` left, top, right and bottom in pixels.

        In the order of levels, rows, columns, ratios and sizes.

        Args:
            height: Of the network's pictures.
            width: Of the network's pictures.
        """
        found = []
        for level in self.levels:
            step = 2**level
            middles = [
                (np.arange(count) + 0.5) * step for count in self.places(level, height, width)
            ]
            y, x = np.meshgrid(*middles, indexing="ij")
            around = np.stack([x, y, x, y], axis=-1)[:, :, None]
            found.append((around + self._sides(step)).reshape(-1, 4))
        return np.concatenate(found).astype("float32")

    def _sides(self, step: int) -> NDArray[np.float64]:
        """`(per_place, 4)` boxes around zero."""
        sizes = self.size * step * 2 ** (np.arange(self.scales) / self.scales)
        roots = np.sqrt(np.array(self.ratios, "float64"))
        widths, heights = np.outer(1 / roots, sizes).ravel(), np.outer(roots, sizes).ravel()
        return np.stack([-widths, -heights, widths, heights], axis=1) / 2


def encoded(boxes: NDArray[Any], anchors: NDArray[Any]) -> NDArray[np.float64]:
    """Returns `(n, 4)`: middle of boxes in sides of their anchors, and logarithms of their sides.

    `((x - xa) / wa, (y - ya) / ha, log(w / wa), log(h / ha))`.

    Args:
        boxes: `(n, 4)` left, top, right and bottom, with an area.
        anchors: `(n, 4)`.

    Example:
        >>> encoded(np.array([[5.0, 0, 15, 20]]), np.array([[0.0, 0, 10, 20]])).tolist()
        [[0.5, 0.0, 0.0, 0.0]]

    References:
        Girshick et al., 2014, CVPR, appendix C.
    """
    middle, sides = _middles(boxes)
    from_middle, from_sides = _middles(anchors)
    return np.concatenate([(middle - from_middle) / from_sides, np.log(sides / from_sides)], axis=1)


def decoded(said: NDArray[Any], anchors: NDArray[Any]) -> NDArray[np.float64]:
    """Returns `(n, 4)` boxes; what `encoded` is undone by.

    No side is more than 62.5 times that of its anchor, whatever was said.

    Args:
        said: `(n, 4)` as `encoded` gives them.
        anchors: `(n, 4)` left, top, right and bottom.

    Example:
        >>> decoded(np.array([[0.5, 0.0, 0.0, 0.0]]), np.array([[0.0, 0, 10, 20]])).tolist()
        [[5.0, 0.0, 15.0, 20.0]]
    """
    said = np.asarray(said, "float64")
    from_middle, from_sides = _middles(anchors)
    middle = from_middle + said[:, :2] * from_sides
    sides = from_sides * np.exp(np.minimum(said[:, 2:], _LARGEST_STEP))
    return np.concatenate([middle - sides / 2, middle + sides / 2], axis=1)


def _middles(boxes: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    boxes = np.asarray(boxes, "float64")
    return (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
