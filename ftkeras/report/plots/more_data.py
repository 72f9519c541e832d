"""The error over the number of training examples, and where the law says twice as many lead."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas


def draw(found: dict[str, Any]) -> str:
    """Draws the measured errors, the fitted law, and twice the data.

    Args:
        found: What the record holds as `analyses["learning_curve"]`.

    Returns:
        An `<svg>` element.
    """
    law, sizes = found["law"], found["sizes"]
    return _canvas.render(
        "more-data",
        _("Share of wrong answers against the number of training examples"),
        _(
            "From {first:.1%} with {fewest:,} examples to {last:.1%} with {most:,}. Twice as many "
            "are expected to take off another {gain:.1f} points ({low:.1f} to {high:.1f}).",
            first=found["errors"][0],
            fewest=sizes[0],
            last=found["errors"][-1],
            most=sizes[-1],
            **{end: 100 * law[end] for end in ("gain", "low", "high")},
        ),
        lambda figure: _paint(figure, found),
        size=(6.0, 3.2),
    )


def _paint(figure: Figure, found: dict[str, Any]) -> None:
    axes = figure.add_subplot()
    law, sizes = found["law"], np.array(found["sizes"], float)
    errors, spread = np.array(found["errors"]), np.array(found["spread"])
    along = np.geomspace(sizes[0], 2 * sizes[-1], 100)
    curve = law["floor"] + law["scale"] * along ** -law["exponent"]
    inside = along <= sizes[-1]
    axes.set_xscale("log")
    axes.plot(along[inside], curve[inside], color=_canvas.MODEL)
    axes.plot(along[~inside], curve[~inside], color=_canvas.MODEL, linestyle=(0, (2, 2)))
    axes.errorbar(
        sizes, errors, yerr=spread, fmt="o", color=_canvas.INK, markersize=5, capsize=3,
        linewidth=1.2, label=_("measured, spread over orders"),
    )  # fmt: skip
    ends = errors[-1] - np.array([law["low"], law["high"]])
    twice = 2 * sizes[-1]
    axes.plot([twice, twice], ends, color=_canvas.ACCENT, linewidth=5, alpha=0.4)
    axes.plot(
        [twice], [errors[-1] - law["gain"]], "D", color=_canvas.ACCENT, markersize=6,
        label=_("twice the data, expected"),
    )  # fmt: skip
    axes.set_xlabel(_("training examples (log scale)"))
    axes.set_ylabel(_("wrong answers on validation"))
    axes.set_xticks([*sizes, twice], [f"{int(size):,}" for size in (*sizes, twice)])
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g}%")
    axes.legend()
