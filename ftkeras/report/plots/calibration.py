"""Reliability diagram: when the model says 80%, is it right eight times in ten?"""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve

from ftkeras.report import wording
from ftkeras.report.answers import Answers
from ftkeras.report.language import gettext as _
from ftkeras.report.language import paragraph
from ftkeras.report.plots import _canvas


@dataclass(frozen=True)
class Bins:
    """Equal-width bins of probabilities; empty ones are left out.

    Args:
        said: Mean probability in each bin.
        seen: Share of the bin in which the event happened.
        low: Lower end of the 95% Wilson interval of that share.
        high: Upper end.
        counts: Examples in each of all bins, empty ones included.
    """

    said: NDArray[np.floating]
    seen: NDArray[np.floating]
    low: NDArray[np.floating]
    high: NDArray[np.floating]
    counts: NDArray[np.int64]

    @property
    def mean_gap(self) -> float:
        """Mean of |seen - said| weighted by the bins' counts: the expected calibration error."""
        weights = self.counts[self.counts > 0]
        return float(np.average(np.abs(self.seen - self.said), weights=weights))


def bins(answers: Answers, num_bins: int = 10) -> Bins:
    """Bins the positive class's probability (binary) or the confidence (more classes)."""
    happened, probability = _events(answers)
    seen, said = calibration_curve(happened, probability, n_bins=num_bins)
    edges = np.linspace(0, 1, num_bins + 1)
    counts = np.bincount(np.searchsorted(edges[1:-1], probability), minlength=num_bins)
    intervals = [
        binomtest(round(share * count), int(count)).proportion_ci(0.95, method="wilson")
        for share, count in zip(seen, counts[counts > 0], strict=True)
    ]
    return Bins(
        said,
        seen,
        np.array([interval.low for interval in intervals]),
        np.array([interval.high for interval in intervals]),
        counts,
    )


def draw(answers: Answers, calibrated: Answers | None = None) -> str:
    """Draws the share seen against the probability said, over a histogram of the latter.

    Args:
        answers: The model on test.
        calibrated: The same with calibrated probabilities, drawn beside it.

    Returns:
        An `<svg>` element.
    """
    found = bins(answers)
    after = None if calibrated is None else bins(calibrated)
    apart = int(np.sum((found.said < found.low) | (found.said > found.high)))
    return _canvas.render(
        "calibration",
        _("Reliability diagram on test"),
        paragraph(
            _(
                "Expected calibration error {error} in {bins} bins; in {apart} of {filled} filled "
                "bins the interval misses the diagonal.",
                error=wording.number(found.mean_gap),
                bins=len(found.counts),
                apart=apart,
                filled=len(found.said),
            ),
            _("After calibration it is {error}.", error=wording.number(after.mean_gap))
            if after
            else None,
        ),
        lambda figure: _paint(figure, found, after, answers),
        size=(4.2, 3.9),
    )


def _events(answers: Answers) -> tuple[NDArray[np.bool_], NDArray[np.floating]]:
    if answers.binary:
        return answers.labels == 1, answers.probabilities[:, 1]
    return answers.correct, answers.confidence


def _paint(figure: Figure, found: Bins, after: Bins | None, answers: Answers) -> None:
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    top.plot(
        [0, 1],
        [0, 1],
        color="#9AA1AB",
        linewidth=1.2,
        linestyle=_canvas.DASHES[1],
        label=_("perfect calibration"),
    )
    seen, before = _("seen, {level} interval"), _("before, {level} interval")
    words = (seen if after is None else before).format(level="95%")
    _points(top, found, "o", _canvas.MODEL, words)
    if after is not None:
        _points(top, after, "D", _canvas.ACCENT, _("after calibration"))
    top.set_ylim(-0.03, 1.05)
    if answers.binary:
        name = wording.shortened(answers.class_names[1], 16)
        top.set_ylabel(_("share that is {name}", name=name))
        bottom.set_xlabel(_("probability of {name}, as the model says", name=name))
    else:
        top.set_ylabel(_("share that is right"))
        bottom.set_xlabel(_("confidence, as the model says"))
    figure.legend(loc="outside upper center", ncols=2)
    edges = np.linspace(0, 1, len(found.counts) + 1)
    bottom.bar(
        edges[:-1],
        found.counts,
        width=np.diff(edges),
        align="edge",
        color="#A9C9E2",
        edgecolor="white",
        linewidth=0.8,
    )
    if after is not None:
        bottom.stairs(after.counts, edges, color=_canvas.ACCENT, linewidth=1.2)
    bottom.set_ylabel(_("examples"))
    bottom.set_xlim(-0.01, 1.01)


def _points(axes: Axes, found: Bins, marker: str, color: str, label: str) -> None:
    # The Wilson interval always holds the share; clipping removes the rounding of a zero width.
    errors = np.clip([found.seen - found.low, found.high - found.seen], 0, None)
    axes.errorbar(
        found.said,
        found.seen,
        errors,
        fmt=marker,
        color=color,
        capsize=3,
        elinewidth=1.4,
        markersize=6 if marker == "o" else 5,
        label=label,
    )
