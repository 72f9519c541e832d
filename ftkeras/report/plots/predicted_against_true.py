"""Predicted numbers against true ones: on the diagonal a prediction is right."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import pearsonr

from ftkeras.report import wording
from ftkeras.report.answers import Answers
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas

MOST_TARGETS = 6
MOST_POINTS = 1500


def draw(answers: Answers) -> str:
    """Draws a point an example, a panel a target.

    Args:
        answers: The model on test; numbers.

    Returns:
        An `<svg>` element.
    """
    names = answers.class_names[:MOST_TARGETS]
    return _canvas.render(
        "predicted-against-true",
        _("Predicted against true on test"),
        " ".join(_described(answers, index, name) for index, name in enumerate(names)),
        lambda figure: _paint(figure, answers, names),
        size=(4.2, 3.4 * len(names)),
    )


def shown(count: int) -> NDArray[np.int64]:
    """Returns the rows that are drawn: all, or as many as a picture can show, evenly among them."""
    if count <= MOST_POINTS:
        return np.arange(count)
    return np.linspace(0, count - 1, MOST_POINTS).astype("int64")


def _described(answers: Answers, index: int, name: str) -> str:
    true, said = answers.labels[:, index], answers.predicted[:, index]
    if len(true) < 2 or not (np.ptp(true) and np.ptp(said)):
        return _("{name}: all labels or all answers are equal.", name=name)
    return _(
        "{name}: correlation {correlation}; answers from {low} to {high}, labels from {least} to "
        "{most}.",
        name=name,
        correlation=wording.number(float(pearsonr(true, said).statistic)),
        low=wording.number(float(said.min())),
        high=wording.number(float(said.max())),
        least=wording.number(float(true.min())),
        most=wording.number(float(true.max())),
    )


def _paint(figure: Figure, answers: Answers, names: tuple[str, ...]) -> None:
    panels = figure.subplots(len(names), 1, squeeze=False)[:, 0]
    rows = shown(len(answers))
    for index, (axes, name) in enumerate(zip(panels, names, strict=True)):
        true, said = answers.labels[rows, index], answers.predicted[rows, index]
        ends = [min(true.min(), said.min()), max(true.max(), said.max())]
        axes.plot(ends, ends, color=_canvas.OTHER, linewidth=1.2, linestyle=_canvas.DASHES[1])
        axes.plot(
            true, said, linestyle="", marker="o", markersize=3, markeredgewidth=0, alpha=0.5,
            color=_canvas.MODEL,
        )  # fmt: skip
        axes.set_xlabel(_("true {name}", name=wording.shortened(name, 24)))
        axes.set_ylabel(_("predicted"))
