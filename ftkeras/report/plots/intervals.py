"""The one picture: the model's headline score beside the baselines, with intervals."""

import textwrap

from matplotlib.figure import Figure

from ftkeras.records.run_record import Measurement
from ftkeras.report import wording
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas

_LABEL = 40
_WIDTH = 18


def draw(
    measurements: dict[str, Measurement], name: str = "intervals", as_written: bool = False
) -> str:
    """Draws one row a model: its value as a point, its interval as a line.

    Args:
        measurements: Model name (`"model"` first, then baselines) -> one and the same score.
            Models whose value is undefined are left out.
        name: Unique name of the picture on its page.
        as_written: Whether names are shown as they are, and not in plain words.

    Returns:
        An `<svg>` element.
    """
    own = None if as_written else _("This model")
    if not as_written:
        measurements = {_label(model): item for model, item in measurements.items()}
    rows = {model: item for model, item in measurements.items() if item.value is not None}
    first = next(iter(measurements.values()))
    spoken = _("; ").join(f"{model} {_spoken(item)}" for model, item in measurements.items())
    score = wording.plain_name(first.score)
    return _canvas.render(
        name,
        _("{score} of the model and the baselines on test", score=score),
        _(
            "{values}. Lines are {level} intervals.",
            values=spoken,
            level=wording.percent(first.level),
        ),
        lambda figure: _paint(figure, rows, own),
        size=(4.3, 0.75 + 0.52 * max(len(rows), 1)),
    )


def _paint(figure: Figure, rows: dict[str, Measurement], own: str | None) -> None:
    axes = figure.add_subplot()
    for row, (name, item) in enumerate(rows.items()):
        value = item.value or 0.0
        color = _canvas.MODEL if name == own else _canvas.OTHER
        if item.low is not None and item.high is not None:
            axes.plot(
                [item.low, item.high],
                [row, row],
                color=color,
                linewidth=5,
                alpha=0.35,
                solid_capstyle="round",
            )
        axes.plot(
            [value],
            [row],
            "o" if name == own else "D",
            color=color,
            markersize=9 if name == own else 7,
        )
        axes.annotate(
            wording.amount(item.score, value),
            (value, row),
            (0, 8),
            textcoords="offset points",
            ha="center",
            color=color,
            fontweight="bold" if name == own else "normal",
        )
    axes.set_yticks(
        range(len(rows)),
        [textwrap.fill(wording.shortened(name, _LABEL), _WIDTH) for name in rows],
    )
    axes.set_ylim(len(rows) - 0.5, -0.75)
    axes.margins(x=0.12)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    if any(wording.is_share(item.score) for item in rows.values()):
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g}%")


def _label(name: str) -> str:
    return _("This model") if name == "model" else wording.plain_name(name)


def _spoken(item: Measurement) -> str:
    if item.value is None:
        return _("has no value")
    value = wording.amount(item.score, item.value)
    if item.low is None or item.high is None:
        return value
    low, high = wording.amount(item.score, item.low), wording.amount(item.score, item.high)
    return _("{value} ({low} to {high})", value=value, low=low, high=high)
