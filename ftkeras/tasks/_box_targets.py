"""What a detector is fitted to: for each anchor the object it stands for, if any."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.anchors import encoded
from ftkeras.contracts.box import areas, intersections, overlaps

BACKGROUND = -1
IGNORED = -2
POSITIVE = 0.5
NEGATIVE = 0.4
# Of a picture that was cut, an object of which less is left is no object to be found.
_LEFT = 0.5


def matched(
    anchors: NDArray[Any],
    boxes: NDArray[Any],
    labels: NDArray[np.int64],
    crowds: NDArray[Any],
    every_box: bool = True,
) -> NDArray[np.float16]:
    """Returns `(anchors, 5)`: the encoded box, and its class; -1 for background, -2 for ignored.

    An anchor stands for the box that it overlaps most, from an intersection over union of 0.5 on;
    below 0.4 it is background, and between them it is ignored. One that is ignored for a region
    tells of the region; it is no part of any loss.

    Args:
        anchors: `(anchors, 4)` left, top, right and bottom.
        boxes: `(n, 4)` with an area.
        labels: `(n,)` their classes.
        crowds: `(m, 4)` regions: anchors that are background, and half inside one, are ignored.
        every_box: Whether a box that no anchor overlaps by half still gets the one that overlaps it
            most.
    """
    targets = np.zeros((len(anchors), 5), "float16")
    targets[:, 4] = BACKGROUND
    if len(crowds):
        inside = intersections(anchors, crowds) / areas(anchors)[:, None]
        rows, around = np.flatnonzero(inside.max(axis=1) >= POSITIVE), inside.argmax(axis=1)
        targets[rows, 4] = IGNORED
        targets[rows, :4] = encoded(crowds[around[rows]], anchors[rows])
    if not len(boxes):
        return targets
    shared = overlaps(anchors, boxes)
    best, most = shared.argmax(axis=1), shared.max(axis=1)
    targets[(most >= NEGATIVE) & (most < POSITIVE), 4] = IGNORED
    stands = most >= POSITIVE
    if every_box:
        # Of two boxes with the same best anchor the first gets it.
        for box in range(len(boxes))[::-1]:
            if shared[:, box].max() > 0:
                nearest = shared[:, box].argmax()
                best[nearest], stands[nearest] = box, True
    rows = np.flatnonzero(stands)
    targets[rows, :4] = encoded(boxes[best[rows]], anchors[rows])
    targets[rows, 4] = labels[best[rows]]
    return targets


def clipped(
    boxes: NDArray[Any], height: int, width: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Returns boxes as far as they lie in a picture, and whether half of each does.

    Args:
        boxes: `(n, 4)` left, top, right and bottom.
        height: Of the picture.
        width: Of the picture.
    """
    inside = np.clip(boxes, 0, [width, height, width, height])
    whole = areas(boxes)
    share = np.divide(areas(inside), whole, out=np.zeros_like(whole), where=whole > 0)
    return inside, share >= _LEFT
