"""How many detections of each class were right and wrong, by score."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ftkeras.contracts.score import Counts, Terms, Units
from ftkeras.errors import UserError
from ftkeras.scores.counts.float_key import check_num_buckets, float_key
from ftkeras.scores.inputs._box_matching import AREAS, MOST_DETECTIONS, Matches

_MOST_BLOCKS = 2**13
"""Cells of right and wrong detections, over classes and thresholds, to tell apart in a resample."""


@dataclass(frozen=True)
class DetectionCounts(Counts):
    """`(classes, thresholds, buckets + 1, 2)`: right and wrong detections by score, low to high.

    The last row of each table holds the objects to be found, and 0.

    Args:
        num_classes: Number of classes.
        thresholds: Which of the ten overlaps.
        area: Which objects: `"all"`, `"small"`, `"medium"` or `"large"`.
        max_detections: Detections of a class in an image that count.
    """

    num_classes: int = 1
    thresholds: tuple[int, ...] = (0,)
    area: str = "all"
    max_detections: int = MOST_DETECTIONS

    def __post_init__(self) -> None:
        if self.area not in AREAS:
            raise UserError(
                f"Expected `area` to be one of {', '.join(AREAS)}. Received: area={self.area!r}."
            )
        if not 1 <= self.max_detections <= MOST_DETECTIONS:
            raise UserError(
                f"Expected `max_detections` from 1 to {MOST_DETECTIONS}. Received: max_detections="
                f"{self.max_detections!r}."
            )

    @property
    @abstractmethod
    def buckets(self) -> int:
        """Number of buckets of scores."""

    @abstractmethod
    def bucket(self, classes: NDArray[Any], scores: NDArray[Any]) -> NDArray[Any]:
        """Returns the bucket of each detection, from 0 for the lowest scores."""

    @property
    def shape(self) -> tuple[int, ...]:
        """`(classes, thresholds, buckets + 1, 2)`."""
        return (self.num_classes, len(self.thresholds), self.buckets + 1, 2)

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, size)`, sparse: what each image adds."""
        pooled = pool(predictions, self)
        place = pooled.classes * len(self.thresholds) * (self.buckets + 1)
        place = place + self.bucket(pooled.classes, pooled.scores)
        rows, columns, added = [], [], []
        for row in range(len(self.thresholds)):
            outcome = pooled.outcomes[row]
            kept = np.flatnonzero(outcome)
            columns.append(2 * (place[kept] + row * (self.buckets + 1)) + (outcome[kept] < 0))
            rows.append(pooled.images[kept])
            added.append(np.ones(len(kept)))
            image, class_ = np.nonzero(pooled.positives)
            table = class_ * len(self.thresholds) + row
            columns.append(2 * (table * (self.buckets + 1) + self.buckets))
            rows.append(image)
            added.append(pooled.positives[image, class_].astype("float64"))
        entries = (np.concatenate(added), (np.concatenate(rows), np.concatenate(columns)))
        return sparse.csr_matrix(entries, shape=(len(predictions), self.size))

    def tally(self, units: Units, weights: NDArray[Any] | None = None) -> NDArray[np.float64]:
        """Returns the counts of these units together."""
        terms = self.terms(units.labels, units.predictions, np)
        weights = np.ones(terms.shape[0]) if weights is None else np.asarray(weights, "float64")
        return np.asarray(terms.T @ weights).reshape(self.shape)


@dataclass(frozen=True)
class DetectionHistogram(DetectionCounts):
    """Detections by the bucket of the logit of their score.

    No `Terms`: a table of so many buckets is filled with whole batches. What is resampled, image by
    image, is what `fitted` returns.

    Args:
        num_classes: Number of classes.
        thresholds: Which of the ten overlaps.
        area: Which objects: `"all"`, `"small"`, `"medium"` or `"large"`.
        max_detections: Detections of a class in an image that count.
        num_buckets: A power of two from 64 (see `float_key`), or 1.

    Example:
        >>> from ftkeras.scores.inputs.detections import Detections
        >>> true = {"boxes": [[0, 0, 10, 10]], "labels": [0]}
        >>> drawn = {"boxes": [[0, 0, 10, 8]], "labels": [0], "scores": [0.9]}
        >>> units = Detections(1).units([true], [drawn], np)
        >>> DetectionHistogram(num_buckets=1, thresholds=(0, 9)).tally(units).tolist()
        [[[[1.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [1.0, 0.0]]]]
    """

    num_buckets: int = 2048

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.num_buckets != 1:
            check_num_buckets(self.num_buckets)

    @property
    def buckets(self) -> int:
        """Number of buckets."""
        return self.num_buckets

    def bucket(self, classes: NDArray[Any], scores: NDArray[Any]) -> NDArray[Any]:
        """Returns the bucket of each detection."""
        if self.num_buckets == 1:
            return np.zeros(len(scores), "int64")
        inside = np.clip(scores, 1e-30, 1 - 1e-16)
        logits = np.log(inside) - np.log1p(-inside)
        return np.asarray(float_key(logits, self.num_buckets, np), "int64")

    def fitted(self, units: Units, most: int | None = None) -> DetectionCounts:
        """Returns counts with the fewest buckets that lose nothing (or at most so many)."""
        if self.num_buckets == 1:
            most = 1
        pooled = pool(units.predictions, self)
        tables = self.num_classes * len(self.thresholds)
        if most is not None and most > 1:
            most = max(8, min(most, _MOST_BLOCKS // tables))
        cuts = []
        for class_ in range(self.num_classes):
            own = pooled.classes == class_
            cuts.append(_cuts(pooled.scores[own], pooled.outcomes[:, own], most))
        return CutDetections(
            self.num_classes, self.thresholds, self.area, self.max_detections, cuts
        )


@dataclass(frozen=True, eq=False)
class CutDetections(DetectionCounts, Terms):
    """The same counts, cut at scores of one data set: few enough for a vector an image.

    Args:
        num_classes: Number of classes.
        thresholds: Which of the ten overlaps.
        area: Which objects.
        max_detections: Detections of a class in an image that count.
        cuts: For each class, ascending scores at which a bucket begins.
    """

    cuts: Sequence[NDArray[np.float64]] = ()

    @property
    def buckets(self) -> int:
        """One more than the most cuts of a class."""
        return 1 + max(len(cuts) for cuts in self.cuts)

    def bucket(self, classes: NDArray[Any], scores: NDArray[Any]) -> NDArray[Any]:
        """Returns the bucket of each detection."""
        found = np.zeros(len(scores), "int64")
        for class_, cuts in enumerate(self.cuts):
            own = classes == class_
            found[own] = np.searchsorted(cuts, scores[own], side="right")
        return found


@dataclass(frozen=True, eq=False)
class Pool:
    """The detections of many images, one after the other.

    Args:
        images: `(d,)` which image.
        classes: `(d,)`.
        scores: `(d,)`.
        outcomes: `(thresholds, d)`: 1 right, -1 wrong, 0 neither.
        positives: `(images, classes)` objects to be found.
    """

    images: NDArray[np.int64]
    classes: NDArray[np.int64]
    scores: NDArray[np.float64]
    outcomes: NDArray[np.int8]
    positives: NDArray[np.int64]


def pool(matches: Sequence[Matches], counts: DetectionCounts) -> Pool:
    """Returns the detections that these counts are about."""
    area, chosen = list(AREAS).index(counts.area), list(counts.thresholds)
    parts = [*matches, Matches.none(counts.num_classes)]
    kept = np.concatenate([one.ranks for one in parts]) < counts.max_detections
    sizes = [len(one.ranks) for one in parts]
    return Pool(
        images=np.repeat(np.arange(len(parts)), sizes)[kept],
        classes=np.concatenate([one.classes for one in parts])[kept],
        scores=np.concatenate([one.scores for one in parts])[kept],
        outcomes=np.concatenate([one.outcomes[area][chosen] for one in parts], axis=-1)[:, kept],
        positives=np.array([one.positives[area] for one in matches], "int64").reshape(
            len(matches), counts.num_classes
        ),
    )


def _cuts(
    scores: NDArray[np.float64], outcomes: NDArray[np.int8], most: int | None
) -> NDArray[np.float64]:
    """Returns ascending scores at which buckets begin, so that each holds wrong ones, then right.

    From high to low, average precision sees a bucket at its end. While right ones follow wrong
    ones nothing is lost: the precision at the end of such a run is the best within it. So a new
    bucket is needed only where, at some threshold, a wrong one follows right ones.
    """
    levels, level = np.unique(-scores, return_inverse=True)
    tables = np.zeros((2, len(outcomes), len(levels)), "int64")
    for side, value in enumerate((1, -1)):
        threshold, detection = np.nonzero(outcomes == value)
        np.add.at(tables[side], (threshold, level[detection]), 1)
    right, wrong = tables > 0
    places = np.where(right | wrong, np.arange(len(levels)), -1)
    latest = np.maximum.accumulate(places, axis=-1)[:, :-1]
    after_right = np.take_along_axis(right, np.maximum(latest, 0), axis=-1) & (latest >= 0)
    starts = 1 + np.flatnonzero((after_right & wrong[:, 1:]).any(axis=0))
    if most == 1:
        return np.zeros(0)
    if most is not None and len(starts) >= most:
        starts = starts[np.arange(most - 1) * len(starts) // (most - 1)]
    # A bucket reaches down to the last score before the next one starts.
    return np.sort(-levels[starts - 1])
