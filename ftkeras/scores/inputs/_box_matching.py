"""Which detections of an image are right, by the rules of COCO."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

THRESHOLDS = np.linspace(0.5, 0.95, 10)
"""Overlaps (intersection over union) from which a detection may be right."""

AREAS = {
    "all": (0.0, 1e5**2),
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, 1e5**2),
}
"""Smallest and largest area of objects, in pixels, both included."""

MOST_DETECTIONS = 100
"""Detections of one class in one image that count: those with the highest scores."""


@dataclass(frozen=True)
class Image:
    """Boxes of an image: left, top, width and height.

    Args:
        boxes: `(n, 4)`.
        labels: `(n,)` classes.
        scores: `(n,)`.
        is_crowd: `(n,)` regions in which detections are neither right nor wrong.
        areas: `(n,)`.
    """

    boxes: NDArray[np.float64]
    labels: NDArray[np.int64]
    scores: NDArray[np.float64]
    is_crowd: NDArray[np.bool_]
    areas: NDArray[np.float64]

    @property
    def is_finite(self) -> bool:
        """Whether all numbers are."""
        parts = (self.boxes, self.scores, self.areas)
        return all(bool(np.isfinite(part).all()) for part in parts)


@dataclass(frozen=True, eq=False)
class Matches:
    """What the detections of one image came to.

    Args:
        classes: `(d,)` class of each detection.
        scores: `(d,)` score of each detection.
        ranks: `(d,)` its place among those of its class in this image, from 0.
        outcomes: `(areas, thresholds, d)`: 1 right, -1 wrong, 0 neither.
        positives: `(areas, classes)` objects to be found.
    """

    classes: NDArray[np.int64]
    scores: NDArray[np.float64]
    ranks: NDArray[np.int64]
    outcomes: NDArray[np.int8]
    positives: NDArray[np.int64]

    @classmethod
    def none(cls, num_classes: int) -> "Matches":
        """Returns those of an image without boxes."""
        empty = np.zeros(0, "int64")
        outcomes = np.zeros((len(AREAS), len(THRESHOLDS), 0), "int8")
        positives = np.zeros((len(AREAS), num_classes), "int64")
        return cls(empty, np.zeros(0), empty, outcomes, positives)


def matched(true: Image, drawn: Image, num_classes: int) -> Matches:
    """Returns the outcome of each detection, class by class, highest scores first."""
    order = np.argsort(-drawn.scores, kind="stable")
    limits = np.array([*AREAS.values()])
    is_ignored = true.is_crowd | _is_outside(true.areas, limits)
    is_outside = _is_outside(drawn.areas, limits)
    chosen, ranks, outcomes = [], [], []
    positives = np.zeros((len(AREAS), num_classes), "int64")
    for class_ in np.union1d(true.labels, drawn.labels):
        objects = np.flatnonzero(true.labels == class_)
        rows = order[drawn.labels[order] == class_][:MOST_DETECTIONS]
        positives[:, class_] = (~is_ignored[:, objects]).sum(axis=1)
        overlaps = _overlaps(drawn.boxes[rows], true.boxes[objects], true.is_crowd[objects])
        found = _outcomes(overlaps, is_ignored[:, objects], true.is_crowd[objects])
        # A wrong box of another size than is asked for is neither.
        found[(found == -1) & is_outside[:, None, rows]] = 0
        chosen.append(rows)
        ranks.append(np.arange(len(rows)))
        outcomes.append(found)
    if not chosen:
        return Matches.none(num_classes)
    rows = np.concatenate(chosen)
    return Matches(
        classes=drawn.labels[rows],
        scores=drawn.scores[rows],
        ranks=np.concatenate(ranks),
        outcomes=np.concatenate(outcomes, axis=-1),
        positives=positives,
    )


def _is_outside(areas: NDArray[np.float64], limits: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Returns `(ranges, n)`."""
    return (areas < limits[:, :1]) | (areas > limits[:, 1:])


def _overlaps(
    drawn: NDArray[np.float64], true: NDArray[np.float64], is_crowd: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Returns `(drawn, true)` intersection / union; a crowd is no larger than what is drawn."""
    ends, true_ends = drawn[:, :2] + drawn[:, 2:], true[:, :2] + true[:, 2:]
    low = np.maximum(drawn[:, None, :2], true[None, :, :2])
    sides = np.maximum(np.minimum(ends[:, None], true_ends[None]) - low, 0)
    shared = sides[..., 0] * sides[..., 1]
    area, true_area = drawn[:, 2] * drawn[:, 3], true[:, 2] * true[:, 3]
    union = np.where(is_crowd[None], area[:, None], area[:, None] + true_area[None] - shared)
    return np.where(shared > 0, shared / np.where(union > 0, union, 1), 0.0)


def _outcomes(
    overlaps: NDArray[np.float64], is_ignored: NDArray[np.bool_], is_crowd: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """Matches greedily: each detection in turn takes the free object that it overlaps most.

    Objects that count are preferred to those that are ignored, and the later of two equals to the
    former. A crowd is never used up.
    """
    num_areas, num_objects = is_ignored.shape
    free = np.ones((num_areas, len(THRESHOLDS), num_objects), bool)
    outcomes = np.full((num_areas, len(THRESHOLDS), len(overlaps)), -1, "int8")
    counts = ~is_ignored[:, None, :]
    for row, overlap in enumerate(overlaps):
        # Nothing reaches the lowest threshold: the usual case.
        near = np.flatnonzero(overlap >= THRESHOLDS[0])
        if not len(near):
            continue
        can = free[..., near] & (overlap[near] >= THRESHOLDS[:, None])
        # Reversed, so that the first of equals is the last.
        order = near[np.argsort(overlap[near], kind="stable")][::-1]
        ranked = can[..., np.argsort(overlap[near], kind="stable")][..., ::-1]
        ranked_counts = counts[..., order] & ranked
        has_counted = ranked_counts.any(axis=-1)
        best = np.where(has_counted, ranked_counts.argmax(axis=-1), ranked.argmax(axis=-1))
        is_matched = ranked.any(axis=-1)
        area, threshold = np.nonzero(is_matched)
        taken = order[best[area, threshold]]
        outcomes[area, threshold, row] = np.where(is_ignored[area, taken], 0, 1)
        free[area, threshold, taken] = is_crowd[taken]
    return outcomes
