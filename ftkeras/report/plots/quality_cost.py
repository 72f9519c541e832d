"""Quality against what it cost: worth having is what nothing else beats in both."""

from typing import Any

from matplotlib.figure import Figure

from ftkeras.report import wording
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas, _frontier

_LABEL = 30
_WIDE = 8


def draw(
    rows: list[dict[str, Any]],
    score: str,
    cost: str,
    direction: str,
    name: str = "quality-cost",
) -> str:
    """Draws one point a model with its interval, and the line of those that nothing beats.

    Args:
        rows: `name`, `value`, `low`, `high` and `cost` (positive) of each model.
        score: The score, for the axis.
        cost: What the cost is, in words, for the axis.
        direction: `"max"` when a larger score is better, `"min"` when a smaller one is.
        name: Unique name of the picture on its page.

    Returns:
        An `<svg>` element.
    """
    best = frontier(rows, direction)
    spoken = _("; ").join(
        _(
            "{name}: {value} at {cost:,.4g}",
            name=row["name"],
            value=wording.amount(score, row["value"]),
            cost=row["cost"],
        )
        for row in rows
    )
    return _canvas.render(
        name,
        _("{score} against {cost}", score=wording.plain_name(score), cost=cost),
        _(
            "{points}. Not beaten in both: {best}.",
            points=spoken,
            best=_(", ").join(row["name"] for row in best),
        ),
        lambda figure: _paint(figure, rows, best, (score, cost)),
        size=(6.4, 3.6),
    )


def frontier(rows: list[dict[str, Any]], direction: str) -> list[dict[str, Any]]:
    """Returns the models that no other beats in score and cost, the cheapest first.

    Example:
        >>> rows = [{"name": "big", "cost": 9, "value": 0.9},
        ...         {"name": "small", "cost": 1, "value": 0.8},
        ...         {"name": "bad", "cost": 9.5, "value": 0.7}]
        >>> [row["name"] for row in frontier(rows, "max")]
        ['small', 'big']
    """
    sign = -1 if direction == "min" else 1
    return _frontier.frontier(rows, lambda row: sign * row["value"], lambda row: row["cost"])


def _paint(
    figure: Figure, rows: list[dict[str, Any]], best: list[dict[str, Any]], names: tuple[str, str]
) -> None:
    axes = figure.add_subplot()
    costs = [row["cost"] for row in rows]
    wide = max(costs) > _WIDE * min(costs)
    axes.set_xscale("log" if wide else "linear")
    axes.plot(
        [row["cost"] for row in best],
        [row["value"] for row in best],
        color=_canvas.FAINT,
        linewidth=3,
        zorder=1,
    )
    for row in rows:
        color = _canvas.MODEL if row in best else _canvas.OTHER
        if row["low"] is not None:
            axes.plot(
                [row["cost"]] * 2,
                [row["low"], row["high"]],
                color=color,
                linewidth=4,
                alpha=0.35,
                zorder=2,
            )
        axes.plot([row["cost"]], [row["value"]], "o", color=color, markersize=8, zorder=3)
        axes.annotate(
            wording.isolated(wording.shortened(row["name"], _LABEL)),
            (row["cost"], row["value"]),
            (7, 5),
            textcoords="offset points",
            fontsize=9,
            color=color,
        )
    axes.set_xlabel(_("{axis} (log scale)", axis=names[1]) if wide else names[1])
    axes.set_ylabel(wording.plain_name(names[0]))
    axes.margins(x=0.25, y=0.15)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.4g}")
    if wording.is_share(names[0]):
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g}%")
