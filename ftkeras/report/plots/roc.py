"""Receiver operating characteristic: one curve a model, or one a class against the rest."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import auc, roc_curve

from ftkeras.report.answers import Answers
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas, _curves


def draw(answers: Answers, others: dict[str, Answers]) -> str:
    """Draws recall against the false positive rate over all thresholds.

    Args:
        answers: The model on test.
        others: Baselines by name, drawn beside a binary model.

    Returns:
        An `<svg>` element, or an empty string when no class has both sides.
    """
    curves = _curves.trace(answers, others, _curve)
    if not curves:
        return ""
    spoken = _curves.spoken(curves, _("{name}: area under the curve {area}"))
    return _canvas.render(
        "roc",
        _("Receiver operating characteristic on test"),
        _("{note}.", note=spoken),
        lambda figure: _paint(figure, curves),
        size=_curves.size(curves),
    )


def _curve(
    positive: NDArray[np.bool_], scores: NDArray[np.floating]
) -> tuple[NDArray[np.floating], NDArray[np.floating], float]:
    false_positives, true_positives, _ = roc_curve(positive, scores)
    return false_positives, true_positives, float(auc(false_positives, true_positives))


def _paint(figure: Figure, curves: list[_curves.Curve]) -> None:
    axes = _curves.paint(figure, curves)
    axes.plot([0, 1], [0, 1], color=_canvas.FAINT, linewidth=1.2, linestyle=_canvas.DASHES[1])
    axes.set_xlabel(_("false positive rate"))
    axes.set_ylabel(_("true positive rate (recall)"))
