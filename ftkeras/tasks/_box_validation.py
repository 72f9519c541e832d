"""Boxes in the network's picture, as training sees them: enough to choose an epoch by."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.anchors import decoded
from ftkeras.contracts.box import overlaps
from ftkeras.tasks._box_targets import IGNORED

_SAME = 0.95


def objects_of(targets: NDArray[Any], anchors: NDArray[Any], num_classes: int) -> dict[str, Any]:
    """Returns the objects that targets were made of, once each, and regions of many.

    Regions are so for all classes; those that no anchor stands half in are lost, and so is the
    second of two boxes with the same best anchor.

    Args:
        targets: `(anchors, 5)`.
        anchors: `(anchors, 4)`.
        num_classes: Number of classes.
    """
    stands = np.flatnonzero(targets[:, 4] >= 0)
    crowds = np.flatnonzero((targets[:, 4] == IGNORED) & (targets[:, :4] != 0).any(axis=1))
    boxes = _distinct(decoded(targets[stands, :4], anchors[stands]), targets[stands, 4])
    regions = _distinct(decoded(targets[crowds, :4], anchors[crowds]), np.zeros(len(crowds)))
    every = np.tile(regions[:, :4], (num_classes, 1))
    return {
        "boxes": np.concatenate([boxes[:, :4], every]),
        "labels": np.concatenate(
            [boxes[:, 4], np.repeat(np.arange(num_classes), len(regions))]
        ).astype("int64"),
        "is_crowd": np.repeat([False, True], [len(boxes), len(every)]),
    }


def _distinct(boxes: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.float64]:
    """`(n, 5)`: boxes and classes; of those that differ by rounding alone the first."""
    rows = np.concatenate([boxes, classes[:, None]], axis=1)
    same = (overlaps(boxes, boxes) > _SAME) & (classes[:, None] == classes[None])
    return rows[~np.triu(same, 1).any(axis=0)]
