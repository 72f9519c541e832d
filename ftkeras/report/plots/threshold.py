"""Precision, recall and F1 over the decision threshold, on validation."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from ftkeras.report import wording
from ftkeras.report.answers import Answers
from ftkeras.report.language import gettext as _
from ftkeras.report.language import paragraph
from ftkeras.report.plots import _canvas


def best(answers: Answers) -> tuple[float, float]:
    """Returns the threshold with the highest F1 on these answers, and that F1."""
    precision, recall, thresholds = _curve(answers)
    f1 = _f1(precision, recall)
    return float(thresholds[f1.argmax()]), float(f1.max())


def draw(answers: Answers, choice: dict[str, Any] | None = None) -> str:
    """Draws the three scores of a binary model over all thresholds of its probability.

    Args:
        answers: The model on *validation*, where a threshold may be chosen.
        choice: `analyses["threshold"]` of a record: the chosen threshold, and where it would lie
            on other samples. `None` marks the best F1 instead.

    Returns:
        An `<svg>` element, or an empty string when validation holds one class only.
    """
    if not 0 < np.sum(answers.labels == 1) < len(answers):
        return ""
    threshold, f1 = best(answers)
    marked = _Mark(
        threshold, threshold, threshold, _("best F1 at {threshold:.2f}", threshold=threshold)
    )
    if choice is not None:
        chosen, near = choice["threshold"], choice["choice"] or {}
        low, high = near.get("low", chosen), near.get("high", chosen)
        marked = _Mark(chosen, low, high, _("chosen: {threshold:.2f}", threshold=chosen))
    return _canvas.render(
        "threshold",
        _("Precision, recall and F1 over the decision threshold, on validation"),
        paragraph(
            _(
                "F1 is highest, {f1}, at threshold {threshold}.",
                f1=wording.number(f1),
                threshold=wording.number(threshold),
            ),
            _("Chosen was {threshold}.", threshold=wording.number(marked.threshold))
            if choice
            else None,
        ),
        lambda figure: _paint(figure, answers, marked),
        size=(4.2, 3.6),
    )


def _curve(
    answers: Answers,
) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]:
    precision, recall, thresholds = precision_recall_curve(
        answers.labels == 1, answers.probabilities[:, 1]
    )
    return precision[:-1], recall[:-1], thresholds


def _f1(precision: NDArray[np.floating], recall: NDArray[np.floating]) -> NDArray[np.floating]:
    return 2 * precision * recall / np.maximum(precision + recall, np.finfo(float).tiny)


@dataclass(frozen=True)
class _Mark:
    """A threshold to mark, between the ends of its interval."""

    threshold: float
    low: float
    high: float
    words: str


def _paint(figure: Figure, answers: Answers, marked: _Mark) -> None:
    threshold = marked.threshold
    axes = figure.add_subplot()
    precision, recall, thresholds = _curve(answers)
    lines = (
        (_("precision"), precision, _canvas.MODEL, _canvas.DASHES[0]),
        (_("recall"), recall, _canvas.ACCENT, _canvas.DASHES[1]),
        ("F1", _f1(precision, recall), _canvas.INK, _canvas.DASHES[2]),
    )
    for label, values, color, dash in lines:
        axes.plot(*_canvas.thinned(thresholds, values), color=color, linestyle=dash, label=label)
    axes.axvline(threshold, color=_canvas.OTHER, linewidth=1)
    if marked.high > marked.low:
        axes.axvspan(marked.low, marked.high, color=_canvas.OTHER, alpha=0.14, linewidth=0)
    axes.annotate(
        marked.words,
        (threshold, 0.04),
        (4 if threshold < 0.6 else -4, 0),
        textcoords="offset points",
        ha="left" if threshold < 0.6 else "right",
        fontsize=9.5,
        color="#4B5158",
    )
    axes.set_xlabel(_("decision threshold on the probability"))
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.02)
    figure.legend(loc="outside upper center", ncols=3)
