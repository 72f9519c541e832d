"""What is left between true and predicted numbers: where a model is off, and by how much."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ftkeras.report import wording
from ftkeras.report.answers import Answers
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas, predicted_against_true

_BINS = 8
_FEWEST = 5


@dataclass(frozen=True)
class Trend:
    """Mean errors of examples with like answers.

    Args:
        said: `(bins,)` mean of the answers.
        error: `(bins,)` mean of true minus predicted.
        low: Lower end of its 95% interval (plus and minus 1.96 standard errors).
        high: Upper end.
    """

    said: NDArray[np.float64]
    error: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def trend(true: NDArray[np.float64], said: NDArray[np.float64]) -> Trend:
    """Returns mean errors in up to eight bins of equally many examples, by what was answered.

    Args:
        true: `(examples,)`.
        said: `(examples,)`.
    """
    order = np.argsort(said, kind="stable")
    errors = [
        (true - said)[rows]
        for rows in np.array_split(order, min(_BINS, max(len(true) // _FEWEST, 1)))
    ]
    mean = np.array([each.mean() for each in errors])
    margin = np.array([_margin(each) for each in errors])
    answers = np.array_split(said[order], len(errors))
    return Trend(np.array([each.mean() for each in answers]), mean, mean - margin, mean + margin)


def _margin(errors: NDArray[np.float64]) -> float:
    if len(errors) < 2:
        return 0.0
    return float(1.96 * errors.std(ddof=1) / np.sqrt(len(errors)))


def draw(answers: Answers) -> str:
    """Draws true minus predicted against predicted, a panel a target, with mean errors by range.

    Args:
        answers: The model on test; numbers.

    Returns:
        An `<svg>` element.
    """
    names = answers.class_names[: predicted_against_true.MOST_TARGETS]
    return _canvas.render(
        "residuals",
        _("Errors on test by what was predicted"),
        " ".join(_described(answers, index, name) for index, name in enumerate(names)),
        lambda figure: _paint(figure, answers, names),
        size=(4.2, 3.4 * len(names)),
    )


def _described(answers: Answers, index: int, name: str) -> str:
    true, said = answers.labels[:, index], answers.predicted[:, index]
    found = trend(true, said)
    return _(
        "{name}: half of the errors are below {median} in size; in {off} of {bins} ranges the "
        "mean error is not zero.",
        name=name,
        median=wording.number(float(np.median(np.abs(true - said)))),
        off=int(np.sum((found.low > 0) | (found.high < 0))),
        bins=len(found.error),
    )


def _paint(figure: Figure, answers: Answers, names: tuple[str, ...]) -> None:
    panels = figure.subplots(len(names), 1, squeeze=False)[:, 0]
    rows = predicted_against_true.shown(len(answers))
    for index, (axes, name) in enumerate(zip(panels, names, strict=True)):
        true, said = answers.labels[:, index], answers.predicted[:, index]
        axes.axhline(0, color=_canvas.OTHER, linewidth=1.2, linestyle=_canvas.DASHES[1])
        axes.plot(
            said[rows], (true - said)[rows], linestyle="", marker="o", markersize=3,
            markeredgewidth=0, alpha=0.4, color=_canvas.MODEL,
        )  # fmt: skip
        found = trend(true, said)
        axes.errorbar(
            found.said, found.error, yerr=[found.error - found.low, found.high - found.error],
            fmt="D", color=_canvas.ACCENT, markersize=5, elinewidth=1.4, capsize=2.5,
        )  # fmt: skip
        axes.set_xlabel(_("predicted {name}", name=wording.shortened(name, 24)))
        axes.set_ylabel(_("true minus predicted"))
