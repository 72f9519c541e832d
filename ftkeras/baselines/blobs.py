"""Connected pieces of what is brighter, or darker, than the rest of a picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ftkeras.baselines import _masks
from ftkeras.contracts.baseline import Answer
from ftkeras.contracts.box import areas, overlaps
from ftkeras.contracts.dataset import Dataset

_SIDE = 256
_MOST = 100
_LOOKED_AT = 200


@dataclass(frozen=True)
class Blobs:
    """Draws a box around every connected piece on one side of a threshold of grey.

    The grey picture is smoothed, and Otsu's threshold (which parts its grey values best) tells
    bright from dark. Pieces about as large as the objects of the training part are answered as the
    most frequent class, with more of a score the more they differ from the rest of the picture.
    Whether bright or dark pieces are meant is what finds more objects in the first 200 pictures of
    the training part.

    Example:
        >>> pictures = np.empty(1, object)
        >>> pictures[0] = np.zeros((40, 40), "uint8")
        >>> pictures[0][10:20, 5:20] = 255
        >>> train = Dataset("image", np.array(["a"]), pictures, pictures, pictures)
        >>> labels = np.array([{"boxes": [[5, 10, 20, 20]], "labels": [0], "is_crowd": [False]}])
        >>> Blobs().fit(train, labels, num_classes=1, seed=0)(train)[0]["boxes"]
        [[5.0, 10.0, 20.0, 20.0]]

    References:
        Otsu, 1979, IEEE Transactions on Systems, Man, and Cybernetics 9.
    """

    modalities = ("image",)
    kinds = ("boxes",)

    def fit(self, train: Dataset, labels: NDArray[Any], num_classes: int, seed: int) -> Answer:
        """Chooses bright or dark, sizes and class on the training part; see `contracts.baseline`.

        Objects of all classes count alike when it chooses.
        """
        boxes, classes = _objects(labels)
        limits = np.quantile(areas(np.concatenate(boxes)), [0.05, 0.95]) * [0.5, 2.0]
        class_ = int(np.bincount(classes, minlength=num_classes).argmax())
        hits = [
            sum(
                _hits(_pieces(value, is_bright, limits)[0], own)
                for value, own in zip(train.inputs[:_LOOKED_AT], boxes, strict=False)
            )
            for is_bright in (False, True)
        ]
        is_bright = hits[1] >= hits[0]

        def answer(examples: Dataset) -> NDArray[Any]:
            found = np.empty(len(examples), object)
            for row, value in enumerate(examples.inputs):
                pieces, scores = _pieces(value, is_bright, limits)
                found[row] = {
                    "boxes": pieces.tolist(),
                    "labels": [class_] * len(pieces),
                    "scores": scores.tolist(),
                }
            return found

        return answer


def _objects(labels: NDArray[Any]) -> tuple[list[NDArray[np.float64]], NDArray[np.int64]]:
    """Boxes of each picture, and all classes; regions of many are left out."""
    boxes, classes = [], []
    for label in labels:
        is_object = ~np.array(label["is_crowd"], bool)
        boxes.append(np.array(label["boxes"], "float64").reshape(-1, 4)[is_object])
        classes.append(np.array(label["labels"], "int64")[is_object])
    return boxes, np.concatenate(classes)


def _hits(pieces: NDArray[np.float64], boxes: NDArray[np.float64]) -> int:
    if not len(pieces) or not len(boxes):
        return 0
    return int((overlaps(boxes, pieces).max(axis=1) >= 0.5).sum())


def _pieces(
    value: Any, is_bright: bool, limits: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns boxes in pixels of the picture, and scores in (0, 1), highest first."""
    grey, scale = _grey(value)
    threshold = _otsu(grey)
    inside = grey > threshold if is_bright else grey <= threshold
    named, count = ndimage.label(inside)
    if not count:
        return np.zeros((0, 4)), np.zeros(0)
    slices = ndimage.find_objects(named)
    boxes = np.array([[x.start, y.start, x.stop, y.stop] for y, x in slices], "float64") * scale
    means = np.asarray(ndimage.mean(grey, named, np.arange(1, count + 1)))
    rest = float(grey[~inside].mean()) if (~inside).any() else threshold
    scores = np.clip(np.abs(means - rest) / 255, 1e-3, 1 - 1e-3)
    fits = (areas(boxes) >= limits[0]) & (areas(boxes) <= limits[1])
    order = np.flatnonzero(fits)[np.argsort(-scores[fits], kind="stable")][:_MOST]
    return boxes[order], scores[order]


def _grey(value: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The picture, no larger than 256 pixels, and how many of its own a pixel stands for."""
    upright = _masks.upright(value).convert("L")
    width, height = upright.size
    upright.thumbnail((_SIDE, _SIDE))
    scale = np.array([width / upright.width, height / upright.height] * 2)
    return ndimage.gaussian_filter(np.asarray(upright, "float64"), 1.0), scale


def _otsu(grey: NDArray[np.float64]) -> float:
    """The value that parts grey values into two groups with the largest distance of their means."""
    counts = np.bincount(grey.astype("int64").ravel(), minlength=256)[:256].astype("float64")
    below, values = np.cumsum(counts), np.arange(256)
    total, summed = below[-1], np.cumsum(counts * values)
    above = total - below
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = summed / below - (summed[-1] - summed) / above
        between = np.nan_to_num(below * above * distance**2)
    # Between two peaks many values part alike: the middle one is farthest from both.
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    return float(best.mean()) + 0.5
