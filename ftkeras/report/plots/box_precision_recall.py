"""Precision against recall of boxes at an overlap of one half: one curve a class."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ftkeras.report import wording
from ftkeras.report.answers import Answers
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas, _curves
from ftkeras.scores.coco_average_precision import CocoAveragePrecision
from ftkeras.scores.inputs.detections import Detections

_ALL_SIZES, _AT_HALF = 0, 0
_KEYS = ("boxes", "labels", "is_crowd", "scores")


def draw(answers: Answers) -> str:
    """Draws precision against recall of each class, over all scores.

    Args:
        answers: The model on test.

    Returns:
        An `<svg>` element, or an empty string when there is no object.
    """
    curves = _trace(answers)
    if not curves:
        return ""
    spoken = _curves.spoken(curves, _("{name}: average precision {area}"))

    def paint(figure: Figure) -> None:
        axes = _curves.paint(figure, curves)
        axes.set_xlabel(_("recall"))
        axes.set_ylabel(_("precision"))

    return _canvas.render(
        "precision-recall",
        _("Precision against recall on test"),
        _("{note}.", note=spoken),
        paint,
        size=_curves.size(curves),
    )


def _trace(answers: Answers) -> list[_curves.Curve]:
    names = answers.class_names
    truths, said = (
        [_compared(each) for each in rows] for rows in (answers.labels, answers.predicted)
    )
    matches = Detections(len(names)).units(truths, said, np).predictions
    found = []
    for index, name in enumerate(names[: _curves.MOST_CLASSES]):
        positives = sum(int(each.positives[_ALL_SIZES, index]) for each in matches)
        if not positives:
            continue
        score = CocoAveragePrecision(len(names), class_index=index, iou_threshold=0.5)
        x, y = _points(matches, index, positives)
        found.append(
            _curves.Curve(
                wording.isolated(wording.shortened(name, 16)),
                *_canvas.thinned(x, y),
                score(truths, said),
                _canvas.CYCLE[index % len(_canvas.CYCLE)],
                _canvas.DASHES[index // len(_canvas.CYCLE)],
                1.5,
            )
        )
    return found


def _points(
    matches: NDArray[np.object_], index: int, positives: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Recall and precision, from the highest score down; no precision where nothing is answered."""
    own = [each.classes == index for each in matches]
    scores = np.concatenate([each.scores[of] for each, of in zip(matches, own, strict=True)])
    outcomes = np.concatenate(
        [each.outcomes[_ALL_SIZES, _AT_HALF][of] for each, of in zip(matches, own, strict=True)]
    ).astype("int64")
    order = np.argsort(-scores, kind="stable")
    order = order[outcomes[order] != 0]
    hits = np.cumsum(outcomes[order] > 0).astype("float64")
    recall, precision = hits / positives, hits / np.arange(1, len(hits) + 1)
    return np.concatenate([[0.0], recall]), np.concatenate([precision[:1], precision, [0.0]])[
        : len(recall) + 1
    ]


def _compared(given: dict[str, object]) -> dict[str, object]:
    return {key: given[key] for key in _KEYS if key in given}
