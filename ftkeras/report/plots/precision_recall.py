"""Precision against recall: one curve a model, or one a class against the rest."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve

from ftkeras.report.answers import Answers
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas, _curves


def draw(answers: Answers, others: dict[str, Answers]) -> str:
    """Draws precision against recall over all thresholds.

    Args:
        answers: The model on test.
        others: Baselines by name, drawn beside a binary model.

    Returns:
        An `<svg>` element, or an empty string when no class has both sides.
    """
    curves = _curves.trace(answers, others, _curve)
    if not curves:
        return ""
    spoken = _curves.spoken(curves, _("{name}: average precision {area}"))
    return _canvas.render(
        "precision-recall",
        _("Precision against recall on test"),
        _("{note}.", note=spoken),
        lambda figure: _paint(figure, curves, float(np.mean(answers.labels == 1)), answers.binary),
        size=_curves.size(curves),
    )


def _curve(
    positive: NDArray[np.bool_], scores: NDArray[np.floating]
) -> tuple[NDArray[np.floating], NDArray[np.floating], float]:
    precision, recall, _ = precision_recall_curve(positive, scores)
    # A step holds its precision until the recall below it: drawn straight, ties would look better.
    x, y = np.repeat(recall, 2)[1:], np.repeat(precision, 2)[:-1]
    return x, y, float(average_precision_score(positive, scores))


def _paint(figure: Figure, curves: list[_curves.Curve], base: float, binary: bool) -> None:
    axes = _curves.paint(figure, curves)
    if binary:
        axes.axhline(base, color=_canvas.FAINT, linewidth=1.2, linestyle=_canvas.DASHES[1])
    axes.set_xlabel(_("recall"))
    axes.set_ylabel(_("precision"))
