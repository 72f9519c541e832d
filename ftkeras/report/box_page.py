"""What the page says of boxes: pictures with what is true and what was answered, and each class."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.box import areas, intersections, overlaps
from ftkeras.records.run_record import Measurement
from ftkeras.report import score_table, worst_errors
from ftkeras.report.answers import Answers
from ftkeras.report.figures import Picture
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import box_precision_recall

MOST = 24
_HALF = 0.5
_SHOWN_FROM = 0.5


@dataclass(frozen=True)
class ShownBox:
    """A box of a picture, in pixels of the picture.

    Args:
        left: Where it begins.
        top: Where it begins.
        width: How wide it is.
        height: How high it is.
        name: Its class.
        kind: `found` and `missed` of true ones, `right` and `wrong` of answered ones, `crowd`.
        score: Its probability; `None` of true ones.
    """

    left: float
    top: float
    width: float
    height: float
    name: str
    kind: str
    score: float | None


@dataclass(frozen=True)
class BoxError:
    """A picture with its boxes.

    Args:
        id: The example's id.
        image: A `data:image/...;base64,` picture; empty where none was kept.
        width: Of the picture the boxes are measured in.
        height: Of the picture the boxes are measured in.
        boxes: What is true and what was answered.
        missed: How many objects were not found.
        wrong: How many answered boxes are right about no object.
        found: How many objects were found.
    """

    id: str
    image: str
    width: float
    height: float
    boxes: tuple[ShownBox, ...]
    missed: int
    wrong: int
    found: int


def errors(answers: Answers, found: dict[str, Any] | None) -> list[BoxError]:
    """Returns pictures in which something is wrong, those with most of it first.

    Boxes with a score below that of `shown_from` are passed over. One is right where it overlaps a
    true one of its class by half or more that no box with a higher score was right about.

    Args:
        answers: The model on test.
        found: `analyses["box_classes"]` of the record.
    """
    shown_from = float((found or {}).get("shown_from", _SHOWN_FROM))
    each = [_error(answers, row, shown_from) for row in range(len(answers))]
    wrong = [one for one in each if one.missed or one.wrong]
    return sorted(wrong, key=lambda one: -(one.missed + one.wrong))


def classes(found: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Returns a row for each class: its name, how many objects it has, and cells of its scores.

    Args:
        found: `analyses["box_classes"]` of the record.
    """
    return [
        {
            "name": one["name"],
            "objects": one["objects"],
            "cells": [
                score_table.cell(Measurement(**one[name]))
                for name in ("average_precision", "average_precision_50")
            ],
        }
        for one in (found or {"classes": []})["classes"]
    ]


def pictures(answers: Answers) -> list[Picture]:
    """Returns precision against recall of boxes.

    Args:
        answers: The model on test.
    """
    svg = box_precision_recall.draw(answers)
    if not svg:
        return []
    words = _(
        "How many of the boxes above a score are right (at an overlap of one half), against how "
        "many objects are found, one curve a class (the first twelve). Up and right is better. "
        "Numbers are average precisions at that overlap."
    )
    return [Picture(_("Precision-recall curve"), words, svg)]


def matched(
    true: NDArray[Any], said: NDArray[Any], crowds: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Returns the true box that each answered one is right about (-1 for none), and what counts.

    Args:
        true: `(n, 4)` boxes of a class.
        said: `(m, 4)` boxes of that class, highest scores first.
        crowds: `(k, 4)` regions of that class: what is half inside one and right about nothing does
            not count.

    Example:
        >>> said = np.array([[0, 0, 10, 9], [0, 0, 10, 10], [50, 0, 60, 10]])
        >>> matched(np.array([[0, 0, 10, 10]]), said, np.array([[40, 0, 70, 20]]))
        (array([ 0, -1, -1]), array([ True,  True, False]))
    """
    owner = np.full(len(said), -1, "int64")
    counts = np.ones(len(said), bool)
    shared = overlaps(said, true)
    inside = intersections(said, crowds) / np.maximum(areas(said), 1e-9)[:, None]
    for row in range(len(said)):
        if len(true) and shared[row].max() >= _HALF:
            owner[row] = shared[row].argmax()
            shared[:, owner[row]] = 0
        elif len(crowds) and inside[row].max() >= _HALF:
            counts[row] = False
    return owner, counts


def _error(answers: Answers, row: int, shown_from: float) -> BoxError:
    label, answer = answers.labels[row], answers.predicted[row]
    is_crowd = np.array(label["is_crowd"], bool)
    true, true_of = _boxes(label), np.array(label["labels"], "int64")
    kept = np.array(answer["scores"], "float64") >= shown_from
    said, said_of = _boxes(answer)[kept], np.array(answer["labels"], "int64")[kept]
    scores = np.array(answer["scores"], "float64")[kept]
    shown: list[ShownBox] = []
    missed = wrong = 0
    for class_ in np.union1d(true_of, said_of).tolist():
        name = answers.class_names[class_]
        own = np.flatnonzero((true_of == class_) & ~is_crowd)
        drawn = np.flatnonzero(said_of == class_)
        drawn = drawn[np.argsort(-scores[drawn], kind="stable")]
        crowds = true[(true_of == class_) & is_crowd]
        owner, counts = matched(true[own], said[drawn], crowds)
        found = np.isin(np.arange(len(own)), owner)
        missed += int((~found).sum())
        wrong += int(((owner < 0) & counts).sum())
        shown += [_shown(box, name, "crowd") for box in crowds]
        shown += [
            _shown(true[box], name, "found" if hit else "missed")
            for box, hit in zip(own, found, strict=True)
        ]
        shown += [
            _shown(said[box], name, "right" if right >= 0 else "wrong", float(scores[box]))
            for box, right, count in zip(drawn, owner, counts, strict=True)
            if count
        ]
    _text, image = worst_errors.preview(answers, row)
    return BoxError(
        id=str(answers.ids[row]),
        image=image,
        width=float(answer.get("width") or 1),
        height=float(answer.get("height") or 1),
        boxes=tuple(shown),
        missed=missed,
        wrong=wrong,
        found=sum(box.kind == "found" for box in shown),
    )


def _shown(box: NDArray[Any], name: str, kind: str, score: float | None = None) -> ShownBox:
    left, top, right, bottom = (float(side) for side in box)
    return ShownBox(left, top, right - left, bottom - top, name, kind, score)


def _boxes(given: dict[str, Any]) -> NDArray[np.float64]:
    return np.array(given["boxes"], "float64").reshape(-1, 4)
