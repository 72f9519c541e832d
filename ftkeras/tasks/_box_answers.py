"""From what a detector gives out to boxes, in NumPy alone."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from ftkeras.contracts.anchors import decoded
from ftkeras.contracts.backbone import Preprocess
from ftkeras.contracts.box import overlaps
from ftkeras.placement import placed

# Of each class in a picture, so many of the highest scores are looked at.
_MOST_LOOKED_AT = 1000


def detected(
    outputs: NDArray[Any],
    anchors: NDArray[Any],
    size: tuple[int, int],
    *,
    least_score: float,
    overlap: float,
    most: int,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Returns boxes `(n, 4)`, classes `(n,)` and scores `(n,)` of a picture, highest scores first.

    Args:
        outputs: `(anchors, 4 + classes)` encoded boxes and log-odds.
        anchors: `(anchors, 4)` left, top, right and bottom.
        size: Height and width of the network's pictures.
        least_score: Probability below which nothing is answered.
        overlap: Intersection over union above which the lower of two of a class is left out.
        most: Boxes of a picture, at most.
    """
    height, width = size
    logits = np.asarray(outputs[:, 4:], "float64")
    found: list[tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]] = []
    for class_ in range(logits.shape[1]):
        own = logits[:, class_]
        rows = np.flatnonzero(own >= logit(least_score))
        rows = rows[np.argsort(-own[rows], kind="stable")][:_MOST_LOOKED_AT]
        boxes = decoded(outputs[rows, :4], anchors[rows])
        boxes = np.clip(boxes, 0, [width, height, width, height])
        there = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
        rows, boxes = rows[there], boxes[there]
        kept = suppressed(boxes, own[rows], overlap)
        classes = np.full(len(kept), class_, "int64")
        found.append((boxes[kept], classes, expit(own[rows[kept]])))
    boxes, classes, scores = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(-scores, kind="stable")[:most]
    return boxes[order], classes[order], scores[order]


def in_picture(
    boxes: NDArray[Any],
    classes: NDArray[np.int64],
    scores: NDArray[np.float64],
    size: tuple[int, int],
    preprocess: Preprocess,
) -> dict[str, Any]:
    """Returns what was detected as an answer: boxes in pixels of the picture as it came.

    Args:
        boxes: `(n, 4)` in the network's picture.
        classes: `(n,)`.
        scores: `(n,)`.
        size: Height and width of the picture.
        preprocess: How the backbone reads pictures.
    """
    height, width = size
    place = placed(size, preprocess.config["size"], preprocess.config.get("fit", "stretch"))
    moved = place.to_picture(boxes.reshape(-1, 2)).reshape(-1, 4)
    return {
        "boxes": np.clip(moved, 0, [width, height, width, height]).tolist(),
        "labels": classes.tolist(),
        "scores": scores.tolist(),
        "height": height,
        "width": width,
    }


def suppressed(boxes: NDArray[Any], scores: NDArray[Any], overlap: float) -> NDArray[np.int64]:
    """Returns the rows that are left of boxes of one class, highest scores first.

    Greedy: each box in turn leaves out all lower ones that it overlaps more than `overlap`.

    Args:
        boxes: `(n, 4)` left, top, right and bottom.
        scores: `(n,)`.
        overlap: Intersection over union.
    """
    order = np.argsort(-np.asarray(scores), kind="stable")
    kept = []
    while len(order):
        first, rest = order[0], order[1:]
        kept.append(first)
        order = rest[overlaps(boxes[first : first + 1], boxes[rest])[0] <= overlap]
    return np.array(kept, "int64")
