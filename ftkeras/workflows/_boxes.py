"""What is found out about boxes beside their scores: each class, and which boxes to show."""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Score
from ftkeras.records.predictions import Predictions
from ftkeras.scores.coco_average_precision import CocoAveragePrecision
from ftkeras.scores.inputs.detections import Detections
from ftkeras.statistics.intervals import measure
from ftkeras.workflows import _judgement

_HALF = 0.5
_ALL_SIZES, _AT_HALF = 0, 0


def analyses(model: Predictions, seed: int) -> dict[str, Any]:
    """Returns what is known of each class on test; nothing where there is no test part.

    Args:
        model: Predictions of the model.
        seed: Seed of the resampling.

    Returns:
        `box_classes`: `classes`, one a class (`name`, `objects`, and `average_precision` and
        `average_precision_50` as measurements), and `shown_from`, the score from which on boxes are
        shown and counted one by one: where F1 at an overlap of one half is best on validation.
    """
    test, validation = model.part("test"), model.part("validation")
    if not len(test):
        return {}
    names = model.class_names
    truths, answers = _judgement.compared(test)
    scores: list[Score] = []
    for index in range(len(names)):
        scores += [
            CocoAveragePrecision(len(names), class_index=index),
            CocoAveragePrecision(len(names), class_index=index, iou_threshold=_HALF),
        ]
    measured = measure(scores, truths, answers, seed=seed)
    objects = np.zeros(len(names), "int64")
    for truth in truths:
        is_object = ~np.array(truth["is_crowd"], bool)
        np.add.at(objects, np.array(truth["labels"], "int64")[is_object], 1)
    classes = [
        {
            "name": name,
            "objects": int(objects[index]),
            "average_precision": asdict(measured[2 * index]),
            "average_precision_50": asdict(measured[2 * index + 1]),
        }
        for index, name in enumerate(names)
    ]
    return {"box_classes": {"classes": classes, "shown_from": _best_threshold(validation)}}


def _best_threshold(rows: Predictions) -> float:
    """The score with the best F1 at an overlap of one half; one half where there is none."""
    if not len(rows) or rows.answers is None:
        return _HALF
    inputs = Detections(len(rows.class_names))
    units = inputs.units(*_judgement.compared(rows), np)
    scores = np.concatenate([each.scores for each in units.predictions])
    outcomes = np.concatenate(
        [each.outcomes[_ALL_SIZES, _AT_HALF] for each in units.predictions]
    ).astype("int64")
    positives = sum(int(each.positives[_ALL_SIZES].sum()) for each in units.predictions)
    counted = outcomes != 0
    return best_f1(scores[counted], outcomes[counted] > 0, positives)


def best_f1(scores: NDArray[Any], right: NDArray[Any], positives: int) -> float:
    """Returns the score from which on F1 is best; one half where nothing is right.

    Args:
        scores: `(detections,)`.
        right: `(detections,)` whether each is right.
        positives: Objects to be found.

    Example:
        >>> best_f1(np.array([0.9, 0.8, 0.2]), np.array([True, True, False]), positives=2)
        0.8
    """
    if not np.any(right):
        return _HALF
    order = np.argsort(-scores, kind="stable")
    falling, hits = scores[order], np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(hits) + 1) + positives)
    f1[:-1][falling[:-1] == falling[1:]] = -1  # equal scores are shown together
    return float(falling[f1.argmax()])
