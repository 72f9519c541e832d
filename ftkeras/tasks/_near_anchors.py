"""Anchors by their places, so that those near a box are found without looking at all of them."""

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.anchors import Anchors
from ftkeras.contracts.box import paired_overlaps

# Anchors are rounded to float32, places are computed exactly: what is this near is looked at, too.
_MARGIN = 1e-3
_PIXELS = 1e-2

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Row numbers of anchors and of boxes, which belong together one by one."""


class AnchorGrid:
    """The anchors of pictures of one size, with what tells where each of them stands.

    Anchors of one level and shape stand `2^level` pixels apart. So those that a box overlaps by a
    given share lie in a window around its middle, whose sides follow from both shapes.

    Args:
        anchors: Levels and shapes.
        height: Of the network's pictures.
        width: Of the network's pictures.

    Attributes:
        boxes: `(anchors, 4)` left, top, right and bottom.
    """

    def __init__(self, anchors: Anchors, height: int, width: int) -> None:
        self.boxes = anchors.boxes(height, width)
        self._per_place = anchors.per_place
        shapes = np.arange(anchors.per_place)
        first, steps, places = [], [], []
        start = 0
        for level in anchors.levels:
            rows, columns = anchors.places(level, height, width)
            first.append(start + shapes)
            steps.append(np.full(len(shapes), 2.0**level))
            places.append(np.tile([columns, rows], (len(shapes), 1)))
            start += rows * columns * len(shapes)
        self._first, self._places = np.concatenate(first), np.concatenate(places)
        self._steps = np.concatenate(steps)[:, None]
        around = self.boxes[self._first].astype("float64")
        self._sides = around[:, 2:] - around[:, :2]

    def near(self, boxes: NDArray[Any], least: float, *, nearest: bool) -> Pairs:
        """Returns pairs of anchors and boxes; no other pair overlaps by as much.

        Args:
            boxes: `(n, 4)` left, top, right and bottom.
            least: Intersection over union from which on a pair is wanted.
            nearest: Whether the anchors that overlap a box most are wanted in any case.
        """
        boxes = np.asarray(boxes, "float64")
        middles = (boxes[:, None, :2] + boxes[:, None, 2:]) / 2
        sides = boxes[:, None, 2:] - boxes[:, None, :2]
        wanted = np.full(len(boxes), float(least))
        if nearest:
            wanted = np.minimum(wanted, self._largest(boxes, middles))
        wanted *= 1 - _MARGIN
        # From intersection over union to the area that is shared, and to each side of it where the
        # other is as long as it can be.
        shared = (wanted / (1 + wanted))[:, None] * (sides.prod(-1) + self._sides.prod(-1))
        longest = np.minimum(sides, self._sides)
        other = longest[..., ::-1]
        needed = np.divide(shared[..., None], other, out=np.zeros_like(other), where=other > 0)
        reach = (sides + self._sides) / 2 - needed + _PIXELS
        low = np.maximum(np.ceil((middles - reach) / self._steps - 0.5), 0)
        high = np.minimum(np.floor((middles + reach) / self._steps - 0.5), self._places - 1)
        counts = np.maximum(high - low + 1, 0).astype("int64")
        counts[(needed > longest + _PIXELS).any(-1)] = 0
        return self._expanded(low.astype("int64").reshape(-1, 2), counts.reshape(-1, 2))

    def _largest(self, boxes: NDArray[Any], middles: NDArray[Any]) -> NDArray[np.float64]:
        """`(n,)`: what each box overlaps at least: of each shape, the anchor nearest to it."""
        places = np.clip(np.floor(middles / self._steps), 0, self._places - 1).astype("int64")
        rows = self._rows(np.arange(len(self._first)), places)
        whose = np.repeat(np.arange(len(boxes)), rows.shape[1])
        found = paired_overlaps(self.boxes[rows.ravel()], boxes[whose])
        return np.asarray(found.reshape(rows.shape).max(axis=1))

    def _expanded(self, low: NDArray[np.int64], counts: NDArray[np.int64]) -> Pairs:
        """Lists the places of windows, `(boxes x shapes, 2)`, one behind the other."""
        sizes = counts.prod(-1)
        which = np.repeat(np.arange(len(sizes)), sizes)
        within = np.arange(len(which)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        across = counts[which, 0]
        places = low[which] + np.stack([within % across, within // across], axis=-1)
        boxes, shapes = np.divmod(which, len(self._first))
        return self._rows(shapes, places), boxes

    def _rows(self, shapes: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Row numbers of anchors by shape and place (column, row)."""
        place = places[..., 1] * self._places[shapes, 0] + places[..., 0]
        return np.asarray(self._first[shapes] + place * self._per_place)


@functools.lru_cache(maxsize=8)
def grid_of(anchors: Anchors, height: int, width: int) -> AnchorGrid:
    """Returns the grid of these anchors; made once."""
    return AnchorGrid(anchors, height, width)
