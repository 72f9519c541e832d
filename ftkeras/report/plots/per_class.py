"""Precision and recall of each class: for whom it works."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import binomtest

from ftkeras.report import wording
from ftkeras.report.answers import Answers
from ftkeras.report.language import N_
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas

MOST_CLASSES = 12


@dataclass(frozen=True)
class Share:
    """A share of examples with its 95% Wilson interval; all NaN when there are no examples."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ClassShares:
    """What is known of one class: how much of it is found, how much of what is flagged is right."""

    name: str
    recall: Share
    precision: Share


def shares(answers: Answers) -> list[ClassShares]:
    """Returns precision and recall of every class, in the order of the indices."""
    found = []
    for index, name in enumerate(answers.class_names):
        true, said = answers.holds(index), answers.said(index)
        hits = int(np.sum(true & said))
        found.append(
            ClassShares(name, _share(hits, int(true.sum())), _share(hits, int(said.sum())))
        )
    return found


def draw(answers: Answers) -> str:
    """Draws recall and precision of each class with intervals; of many, those with least recall.

    Args:
        answers: The model on test.

    Returns:
        An `<svg>` element.
    """
    found = shares(answers)
    if len(found) > MOST_CLASSES:
        found = sorted(found, key=lambda each: np.nan_to_num(each.recall.value, nan=2.0))
        found = found[:MOST_CLASSES]
    least = min(found, key=lambda each: np.nan_to_num(each.recall.value, nan=2.0))
    return _canvas.render(
        "per-class",
        _("Recall and precision of each class on test"),
        _(
            "The class found least often is {name}: recall {recall}, precision {precision}.",
            name=least.name,
            recall=wording.number(least.recall.value),
            precision=wording.number(least.precision.value),
        ),
        lambda figure: _paint(figure, found),
        size=(4.2, max(1.1 + 0.32 * len(found), 3.3)),
    )


def _share(hits: int, of: int) -> Share:
    if of == 0:
        return Share(np.nan, np.nan, np.nan)
    interval = binomtest(hits, of).proportion_ci(0.95, method="wilson")
    return Share(hits / of, interval.low, interval.high)


def _paint(figure: Figure, found: list[ClassShares]) -> None:
    axes = figure.add_subplot()
    kinds = (
        (N_("recall"), _canvas.ACCENT, "o", -0.14),
        (N_("precision"), _canvas.MODEL, "D", 0.14),
    )
    for kind, color, marker, shift in kinds:
        each: list[Share] = [getattr(item, kind) for item in found]
        values = np.array([share.value for share in each])
        errors = np.array([(s.value - s.low, s.high - s.value) for s in each]).T
        axes.errorbar(
            values,
            np.arange(len(found)) + shift,
            xerr=np.clip(errors, 0, None),
            fmt=marker,
            color=color,
            markersize=5,
            elinewidth=1.4,
            capsize=2.5,
            label=_(kind),
        )
    axes.set_yticks(range(len(found)), [wording.shortened(item.name, 14) for item in found])
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.set_xlim(right=1.02)
    axes.set_xlabel(_("share, with {level} interval", level="95%"))
    figure.legend(loc="outside upper center", ncols=2)
