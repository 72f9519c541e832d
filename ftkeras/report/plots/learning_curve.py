"""One logged quantity over the epochs of all phases, the best epoch of each marked."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ftkeras.report import wording
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas


def draw(log: str, phases: list[dict[str, Any]]) -> str:
    """Draws a log of the training part and its `val_` twin, phases side by side.

    Args:
        log: Name of the log without `val_`, for example `"loss"`.
        phases: `RunRecord.phases`.

    Returns:
        An `<svg>` element.
    """
    best = []
    for number, phase in enumerate(phases, 1):
        values = phase["history"].get(f"val_{log}", [])
        epoch = phase.get("best_epoch")
        if epoch and epoch <= len(values):
            value = wording.number(values[epoch - 1])
            best.append(
                _(
                    "phase {number}: best epoch {epoch}, validation {value}",
                    number=number,
                    epoch=epoch,
                    value=value,
                )
            )
    return _canvas.render(
        f"learning-{log.replace('_', '-')}",
        _("{log} over the epochs", log=wording.plain_name(log)),
        _("{note}.", note=_("; ").join(best)) if best else _("No epoch is marked as the best."),
        lambda figure: _paint(figure, log, phases),
    )


def _paint(figure: Figure, log: str, phases: list[dict[str, Any]]) -> None:
    axes = figure.add_subplot()
    start = 0
    for number, phase in enumerate(phases, 1):
        train = np.array(phase["history"].get(log, []), dtype=float)
        validation = np.array(phase["history"].get(f"val_{log}", []), dtype=float)
        label = number == 1
        axes.plot(
            start + 1 + np.arange(len(train)),
            train,
            color=_canvas.OTHER,
            marker="o",
            markersize=3,
            linestyle=_canvas.DASHES[1],
            label=_("training") if label else None,
        )
        axes.plot(
            start + 1 + np.arange(len(validation)),
            validation,
            color=_canvas.MODEL,
            marker="o",
            markersize=3,
            label=_("validation") if label else None,
        )
        epoch = phase.get("best_epoch")
        if epoch and epoch <= len(validation):
            axes.plot(
                [start + epoch],
                [validation[epoch - 1]],
                "o",
                color=_canvas.ACCENT,
                markersize=10,
                markerfacecolor="none",
                markeredgewidth=2,
                label=_("best epoch") if label else None,
            )
        length = max(len(train), len(validation))
        if len(phases) > 1:
            _mark_phase(axes, number, start, length)
        start += length
    axes.set_xlabel(_("epoch"))
    axes.set_ylabel(wording.plain_name(log))
    axes.set_xlim(0.5, max(start, 1) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(loc="outside upper center", ncols=3)


def _mark_phase(axes: Axes, number: int, start: int, length: int) -> None:
    if number > 1:
        axes.axvline(start + 0.5, color="#9AA1AB", linewidth=1)
    axes.text(
        start + 0.5 + length / 2,
        1.01,
        _("phase {number}", number=number),
        ha="center",
        va="bottom",
        transform=axes.get_xaxis_transform(),
        fontsize=9.5,
        color=_canvas.OTHER,
    )
