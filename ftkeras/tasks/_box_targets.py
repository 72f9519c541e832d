"""What a detector is fitted to: for each anchor the object it stands for, if any."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.anchors import encoded
from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.box import areas, intersections, paired_overlaps
from ftkeras.placement import placed
from ftkeras.tasks._near_anchors import AnchorGrid, Pairs

BACKGROUND = -1
IGNORED = -2
POSITIVE = 0.5
NEGATIVE = 0.4
# Of a picture that was cut, an object of which less is left is no object to be found.
_LEFT = 0.5


@dataclass(frozen=True)
class PlacedBoxes:
    """The boxes of a picture where the network sees them.

    Args:
        boxes: `(n, 4)` left, top, right and bottom of objects to be found.
        labels: `(n,)` their classes.
        crowds: `(m, 4)` regions in which nothing is right or wrong.
    """

    boxes: NDArray[np.float64]
    labels: NDArray[np.int64]
    crowds: NDArray[np.float64]


def placed_boxes(
    label: dict[str, Any], size: tuple[int, int], preprocess: Preprocess
) -> PlacedBoxes:
    """Returns where the network sees the boxes of a label.

    They may leave the picture, as they do where it is a piece of another: an object of which less
    than half is left is neither to be found nor background.

    Args:
        label: Encoded label.
        size: Height and width of the picture.
        preprocess: How the backbone reads pictures.
    """
    place = placed(size, preprocess.config["size"], preprocess.config.get("fit", "stretch"))
    corners = np.array(label["boxes"], "float64").reshape(-1, 2)
    moved = place.to_network(corners).reshape(-1, 4)
    inside, is_there = clipped(moved, *preprocess.config["size"])
    is_crowd = np.array(label["is_crowd"], bool) | ~is_there
    labels = np.array(label["labels"], "int64")
    return PlacedBoxes(inside[~is_crowd], labels[~is_crowd], inside[is_crowd])


def targets_of(picture: PlacedBoxes, grid: AnchorGrid) -> NDArray[np.float16]:
    """Returns `(anchors, 5)`, what `matched` says of a picture, from those anchors that are near.

    Args:
        picture: Its boxes.
        grid: The anchors.
    """
    near = grid.near(picture.boxes, NEGATIVE, nearest=True)
    return matched(grid.boxes, picture.boxes, picture.labels, picture.crowds, near=near)


def matched(
    anchors: NDArray[Any],
    boxes: NDArray[Any],
    labels: NDArray[np.int64],
    crowds: NDArray[Any],
    every_box: bool = True,
    near: Pairs | None = None,
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
        near: Pairs of anchors and boxes, among them all that overlap by 0.4, and those that overlap
            a box most; `None` looks at all pairs.
    """
    targets = np.zeros((len(anchors), 5), "float16")
    targets[:, 4] = BACKGROUND
    crowds = crowds[areas(crowds) > 0]
    if len(crowds):
        inside = intersections(anchors, crowds) / areas(anchors)[:, None]
        rows, around = np.flatnonzero(inside.max(axis=1) >= POSITIVE), inside.argmax(axis=1)
        targets[rows, 4] = IGNORED
        targets[rows, :4] = encoded(crowds[around[rows]], anchors[rows])
    if not len(boxes):
        return targets
    of_anchor, of_box = near or _all_pairs(len(anchors), len(boxes))
    shared = paired_overlaps(anchors[of_anchor], boxes[of_box])
    rows, best, most = _best_boxes(of_anchor, of_box, shared)
    targets[rows[most < POSITIVE], 4] = IGNORED
    stands = np.full(len(anchors), -1)
    stands[rows[most >= POSITIVE]] = best[most >= POSITIVE]
    if every_box:
        nearest, whose = _best_anchors(of_anchor, of_box, shared)
        # Of two boxes with the same best anchor the first gets it: what is written last stays.
        stands[nearest[::-1]] = whose[::-1]
    rows = np.flatnonzero(stands >= 0)
    targets[rows, :4] = encoded(boxes[stands[rows]], anchors[rows])
    targets[rows, 4] = labels[stands[rows]]
    return targets


def _all_pairs(anchors: int, boxes: int) -> Pairs:
    return np.tile(np.arange(anchors), boxes), np.repeat(np.arange(boxes), anchors)


def _best_boxes(
    of_anchor: NDArray[np.int64], of_box: NDArray[np.int64], shared: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Anchors that are no background, the first box that each overlaps most, and by how much."""
    kept = np.flatnonzero(shared >= NEGATIVE)
    order = kept[np.lexsort((of_box[kept], -shared[kept], of_anchor[kept]))]
    rows, first = np.unique(of_anchor[order], return_index=True)
    return rows, of_box[order[first]], shared[order[first]]


def _best_anchors(
    of_anchor: NDArray[np.int64], of_box: NDArray[np.int64], shared: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first anchor that overlaps a box most, and the box, of all boxes that one overlaps."""
    most = np.zeros(int(of_box.max(initial=-1)) + 1)
    np.maximum.at(most, of_box, shared)
    kept = np.flatnonzero((shared == most[of_box]) & (shared > 0))
    order = kept[np.lexsort((of_anchor[kept], of_box[kept]))]
    whose, first = np.unique(of_box[order], return_index=True)
    return of_anchor[order[first]], whose


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
