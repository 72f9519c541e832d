"""Curves in the unit square: one a model (binary), or one a class against the rest."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from rich.cells import cell_len

from ftkeras.report import wording
from ftkeras.report.answers import Answers
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas

MOST_CLASSES = 12

Trace = Callable[
    [NDArray[np.bool_], NDArray[np.floating]],
    tuple[NDArray[np.floating], NDArray[np.floating], float],
]


@dataclass(frozen=True)
class Curve:
    """A curve with its area and how it is drawn."""

    label: str
    x: NDArray[np.floating]
    y: NDArray[np.floating]
    area: float
    color: str
    dash: Any
    width: float


def trace(answers: Answers, others: dict[str, Answers], curve: Trace) -> list[Curve]:
    """Returns the curves of a picture; classes without both sides and flat models are left out."""
    if answers.binary:
        return _models(answers, others, curve)
    found = []
    for index, name in enumerate(answers.class_names[:MOST_CLASSES]):
        positive = answers.holds(index)
        if 0 < positive.sum() < len(positive):
            x, y, area = curve(positive, answers.probabilities[:, index])
            color = _canvas.CYCLE[index % len(_canvas.CYCLE)]
            dash = _canvas.DASHES[index // len(_canvas.CYCLE)]
            found.append(
                Curve(
                    wording.isolated(wording.shortened(name, 16)),
                    *_canvas.thinned(x, y),
                    area,
                    color,
                    dash,
                    1.5,
                )
            )
    return found


def _models(answers: Answers, others: dict[str, Answers], curve: Trace) -> list[Curve]:
    positive = answers.labels == 1
    if not 0 < positive.sum() < len(positive):
        return []
    x, y, area = curve(positive, answers.probabilities[:, 1])
    found = [Curve(_("This model"), *_canvas.thinned(x, y), area, _canvas.MODEL, "-", 2.2)]
    for index, (name, other) in enumerate(others.items()):
        scores = other.probabilities[:, 1]
        if len(np.unique(scores)) > 1:
            x, y, area = curve(other.labels == 1, scores)
            label = wording.shortened(wording.plain_name(name), 30)
            dash = _canvas.DASHES[1 + index % 3]
            found.append(Curve(label, *_canvas.thinned(x, y), area, _canvas.OTHER, dash, 1.6))
    return found


def spoken(curves: list[Curve], template: str) -> str:
    """Returns every curve's name and area, as the template says it."""
    return _("; ").join(
        template.format(name=curve.label, area=wording.number(curve.area)) for curve in curves
    )


def size(curves: list[Curve]) -> tuple[float, float]:
    """Returns the picture's size: room below the curves for every line of the legend."""
    return 4.2, 3.0 + 0.21 * -(-len(curves) // _columns(curves))


def paint(figure: Figure, curves: list[Curve]) -> Axes:
    """Draws the curves and lists them below, each with its area; returns the axes."""
    axes = figure.add_subplot()
    for curve in curves:
        label = _("{name} ({details})", name=curve.label, details=wording.number(curve.area))
        axes.plot(
            curve.x,
            curve.y,
            color=curve.color,
            linestyle=curve.dash,
            linewidth=curve.width,
            label=label,
        )
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.02)
    figure.legend(loc="outside lower center", ncols=_columns(curves))
    return axes


def _columns(curves: list[Curve]) -> int:
    longest = max(cell_len(curve.label) for curve in curves)
    if longest > 16:
        return 1
    if longest > 8:
        return 1 if len(curves) < 5 else 2
    return 3 if len(curves) > 4 else 2
