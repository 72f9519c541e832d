"""Loss over a rising learning rate, with the rate that was read from it."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas


def draw(number: int, found: dict[str, Any]) -> str:
    """Draws the losses of a range test, their smoothed curve and the suggested rate.

    Args:
        number: The phase, counted from 1.
        found: What `find_learning_rate` returned, as JSON values.

    Returns:
        An `<svg>` element.
    """
    rate = found["suggested"]
    said = _("No rate is suggested.")
    if rate is not None:
        said = _("Suggested: {rate}.", rate=f"{rate:.2g}")
    return _canvas.render(
        f"learning-rate-{number}",
        _("Loss over a rising learning rate"),
        said,
        lambda figure: _paint(figure, found),
    )


def _paint(figure: Figure, found: dict[str, Any]) -> None:
    axes = figure.add_subplot()
    rates = np.array(found["rates"], float)
    losses = np.array(found["losses"], float)
    smoothed = np.array(found["smoothed"], float)
    axes.set_xscale("log")
    axes.plot(rates, losses, color=_canvas.FAINT, linewidth=1.2, label=_("batches"))
    axes.plot(rates, smoothed, color=_canvas.MODEL, label=_("smoothed"))
    if found["suggested"] is not None:
        axes.axvline(
            found["suggested"],
            color=_canvas.ACCENT,
            linestyle=_canvas.DASHES[1],
            label=_("suggested"),
        )
    if np.isfinite(smoothed).any():
        low, first = np.nanmin(smoothed), smoothed[0]
        # What comes after divergence would press the part that matters into a line.
        axes.set_ylim(low - 0.1 * abs(first - low), first + 1.0 * max(first - low, 1e-3))
    axes.set_xlabel(_("learning rate"))
    axes.set_ylabel(_("loss"))
    figure.legend(loc="outside upper center", ncols=3)
