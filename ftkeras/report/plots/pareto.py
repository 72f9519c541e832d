"""Quality against speed: what is worth choosing is what nothing else beats in both."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from ftkeras.report import ranking_words, wording
from ftkeras.report.language import N_
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas, _frontier

_MARKS = {
    N_("backbone"): ("o", _canvas.MODEL),
    N_("random twin"): ("X", _canvas.ACCENT),
    N_("floor"): ("s", _canvas.OTHER),
}
_LABEL = 34


def draw(rows: list[dict[str, Any]]) -> str:
    """Draws one point a candidate, its interval, and the line of those that nothing beats.

    Args:
        rows: `name`, `kind`, `examples_per_second`, and `scores` with what is shown first.

    Returns:
        An `<svg>` element.
    """
    best, score = frontier(rows), ranking_words.shown_first(rows[0])
    spoken = _("; ").join(
        _(
            "{name}: {accuracy} at {speed:,.4g} examples a second",
            name=row["name"],
            accuracy=ranking_words.value(score, row["scores"][score]["value"]),
            speed=row["examples_per_second"],
        )
        for row in rows
    )
    return _canvas.render(
        "pareto",
        _("{score} against speed", score=ranking_words.score_name(score)),
        _(
            "{points}. Not beaten in both: {best}.",
            points=spoken,
            best=_(", ").join(row["name"] for row in best),
        ),
        lambda figure: _paint(figure, rows, best),
        size=(6.4, 3.9),
    )


def frontier(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the candidates that no other beats in their score and speed, the fastest first.

    Example:
        >>> def row(name, speed, accuracy):
        ...     return {"name": name, "examples_per_second": speed,
        ...             "scores": {"probe_accuracy": {"value": accuracy}}}
        >>> rows = [row("big", 10, 0.9), row("small", 90, 0.8), row("bad", 9, 0.7)]
        >>> [one["name"] for one in frontier(rows)]
        ['small', 'big']
    """
    return _frontier.frontier(rows, _quality, lambda row: -row["examples_per_second"])


def _quality(row: dict[str, Any]) -> float:
    return float(row["scores"][ranking_words.shown_first(row)]["value"])


def _paint(figure: Figure, rows: list[dict[str, Any]], best: list[dict[str, Any]]) -> None:
    axes = figure.add_subplot()
    axes.set_xscale("log")
    axes.plot(
        [row["examples_per_second"] for row in best],
        [_quality(row) for row in best],
        color=_canvas.FAINT,
        linewidth=3,
        zorder=1,
    )
    for kind, (mark, color) in _MARKS.items():
        own = [row for row in rows if row["kind"] == kind]
        for row in own:
            _point(axes, row, mark, color)
        if own:
            axes.plot([], [], mark, color=color, label=_(kind))
    axes.set_xlabel(_("examples a second (log scale)"))
    score = ranking_words.shown_first(rows[0])
    axes.set_ylabel(ranking_words.score_name(score))
    axes.margins(x=0.25, y=0.15)
    if score == "probe_accuracy":
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g}%")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    figure.legend(loc="outside upper center", ncols=3)


def _point(axes: Axes, row: dict[str, Any], mark: str, color: str) -> None:
    ends = row["scores"][ranking_words.shown_first(row)]
    speed = row["examples_per_second"]
    axes.plot(
        [speed, speed], [ends["low"], ends["high"]], color=color, linewidth=4, alpha=0.35, zorder=2
    )
    axes.plot([speed], [ends["value"]], mark, color=color, markersize=9, zorder=3)
    axes.annotate(
        wording.isolated(wording.shortened(_short(row["name"]), _LABEL)),
        (speed, ends["value"]),
        (0, 8),
        textcoords="offset points",
        ha="center",
        fontsize=9,
        color=color,
    )


def _short(name: str) -> str:
    """Leaves out the folders of a path, which would cover the picture."""
    head, separator, tail = name.rpartition("/")
    if not separator or not tail:
        return name
    return _("random twin of {name}", name=tail) if head.startswith("random twin of ") else tail
