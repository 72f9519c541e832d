"""Confusion matrix: rows are true classes, columns what was predicted."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from rich.cells import cell_len
from sklearn.metrics import confusion_matrix

from ftkeras.report import wording
from ftkeras.report.answers import Answers
from ftkeras.report.language import gettext as _
from ftkeras.report.language import paragraph
from ftkeras.report.plots import _canvas

MOST_CLASSES = 40
_MOST_WITH_NUMBERS = 15


def draw(answers: Answers) -> str:
    """Draws the counts, shaded by their share of the row.

    Args:
        answers: The model on test.

    Returns:
        An `<svg>` element, or an empty string for more than `MOST_CLASSES` classes.
    """
    classes = len(answers.class_names)
    if classes > MOST_CLASSES:
        return ""
    counts = confusion_matrix(answers.labels, answers.predicted, labels=np.arange(classes))
    side = min(2.4 + 0.2 * classes, 6.5)
    return _canvas.render(
        "confusion",
        _("Confusion matrix on test"),
        _described(counts, answers.class_names),
        lambda figure: _paint(figure, counts, answers.class_names),
        size=(max(side, 4.2), max(side * 0.93, 3.1)),
    )


def _described(counts: NDArray[np.int64], class_names: tuple[str, ...]) -> str:
    text = _(
        "{right:,} of {examples:,} are right.",
        right=int(np.trace(counts)),
        examples=int(counts.sum()),
    )
    wrong = counts - np.diag(np.diag(counts))
    if not wrong.any():
        return text
    true, predicted = np.unravel_index(wrong.argmax(), wrong.shape)
    mistake = _(
        "The most common mistake: {count} of true class {label} predicted as {answer}.",
        count=wrong[true, predicted],
        label=class_names[true],
        answer=class_names[predicted],
    )
    return paragraph(text, mistake)


def _paint(figure: Figure, counts: NDArray[np.int64], class_names: tuple[str, ...]) -> None:
    axes = figure.add_subplot()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1.15, edgecolors="white", linewidth=1)
    classes = len(class_names)
    names = [wording.shortened(name, 14) for name in class_names]
    turned = max(map(cell_len, names)) * classes > 34
    axes.set_xticks(np.arange(classes) + 0.5, names, rotation=90 if turned else 0)
    axes.set_yticks(np.arange(classes) + 0.5, names)
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.tick_params(length=0, labelsize=10.5 if classes <= _MOST_WITH_NUMBERS else 7)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xlabel(_("predicted class"))
    axes.set_ylabel(_("true class"))
    if classes <= _MOST_WITH_NUMBERS:
        _write_counts(axes, counts, shares)


def _write_counts(axes: Axes, counts: NDArray[np.int64], shares: NDArray[np.floating]) -> None:
    roomy = len(counts) <= 4
    for (row, column), value in np.ndenumerate(counts):
        if value == 0 and not roomy:
            continue
        text = f"{value:,}\n{100 * shares[row, column]:.1f}%" if roomy else f"{value:,}"
        axes.text(
            column + 0.5,
            row + 0.5,
            text,
            ha="center",
            va="center",
            color="white" if shares[row, column] > 0.6 else _canvas.INK,
            fontsize=12 if roomy else 10,
            fontweight="bold" if row == column else "normal",
        )
