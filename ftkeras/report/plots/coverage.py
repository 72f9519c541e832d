"""Accuracy of the answers that stay when unsure ones are withheld, on validation."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ftkeras.report import wording
from ftkeras.report.answers import Answers
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas


def curve(
    answers: Answers,
) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]:
    """Returns thresholds (rising), and the coverage and accuracy of answers at or above each.

    Args:
        answers: Answers of a model.
    """
    order = np.argsort(-answers.confidence, kind="stable")
    confidence = answers.confidence[order]
    last = np.flatnonzero(np.append(np.diff(confidence) != 0, True))
    kept = last + 1
    accuracy = np.cumsum(answers.correct[order])[last] / kept
    return confidence[last][::-1], (kept / len(answers))[::-1], accuracy[::-1]


def draw(answers: Answers) -> str:
    """Draws coverage and accuracy against the confidence below which answers are withheld.

    Args:
        answers: The model on *validation*, where a threshold may be chosen.

    Returns:
        An `<svg>` element.
    """
    thresholds, coverage, accuracy = curve(answers)
    half = np.searchsorted(-coverage, -0.5, side="right") - 1
    return _canvas.render(
        "coverage",
        _("Coverage and accuracy over the confidence threshold, on validation"),
        _(
            "Answering everything gives accuracy {all}; answering the surest {share} gives "
            "{accuracy}.",
            all=wording.number(float(accuracy[0])),
            share=wording.percent(round(float(coverage[half]), 3)),
            accuracy=wording.number(float(accuracy[half])),
        ),
        lambda figure: _paint(figure, thresholds, coverage, accuracy),
        size=(4.2, 3.6),
    )


def _paint(
    figure: Figure,
    thresholds: NDArray[np.floating],
    coverage: NDArray[np.floating],
    accuracy: NDArray[np.floating],
) -> None:
    axes = figure.add_subplot()
    lines = (
        (_("accuracy of what is answered"), accuracy, _canvas.MODEL, _canvas.DASHES[0]),
        (_("share answered"), coverage, _canvas.ACCENT, _canvas.DASHES[1]),
    )
    for label, values, color, dash in lines:
        axes.plot(*_canvas.thinned(thresholds, values), color=color, linestyle=dash, label=label)
    axes.set_xlabel(_("lowest confidence that is answered"))
    axes.set_xlim(min(float(thresholds[0]), 0.99) - 0.01, 1.01)
    axes.set_ylim(-0.01, 1.02)
    figure.legend(loc="outside upper center", ncols=2)
