"""The score of each slice beside that of all examples."""

from typing import Any

from matplotlib.figure import Figure

from ftkeras.report import wording
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas

MOST_SLICES = 14
_LABEL = 40
_CHANCE = 0.05


def draw(found: dict[str, Any]) -> str:
    """Draws one row a slice, the worst score first; filled where it differs beyond chance.

    Args:
        found: `analyses["slices"]` of a record.

    Returns:
        An `<svg>` element, or an empty string when nothing was compared.
    """
    # The list comes with the most surprising first: those are kept where there are too many.
    sign = -1 if found.get("direction") == "min" else 1
    rows = sorted(found["differences"][:MOST_SLICES], key=lambda item: sign * item["score"])
    if not rows:
        return ""
    score, worst = found["score"], rows[0]
    return _canvas.render(
        "slices",
        _("{score} of slices of the test part", score=wording.plain_name(score)),
        _(
            "Worst: {name}, {worst}. All examples: {overall}. Lines are {level} intervals.",
            name=_label(worst),
            worst=wording.amount(score, worst["score"]),
            overall=wording.amount(score, found["overall"]),
            level="95%",
        ),
        lambda figure: _paint(figure, rows, found, sign),
        size=(6.8, 0.9 + 0.29 * len(rows)),
    )


def _paint(figure: Figure, rows: list[dict[str, Any]], found: dict[str, Any], sign: int) -> None:
    axes = figure.add_subplot()
    axes.axvline(found["overall"], color="#9AA1AB", linewidth=1.2, linestyle=_canvas.DASHES[1])
    for place, item in enumerate(rows):
        differs = item["adjusted"] <= _CHANCE
        worse = sign * item["difference"] < 0
        color = (_canvas.ACCENT if worse else _canvas.SECOND) if differs else _canvas.OTHER
        axes.plot([item["low"], item["high"]], [place, place], color=color, linewidth=2)
        axes.plot(
            [item["score"]],
            [place],
            "o",
            color=color,
            markerfacecolor=color if differs else "white",
            markersize=7,
        )
    axes.set_yticks(
        range(len(rows)),
        [
            _("{name} ({details})", name=_label(item), details=wording.count(item["num_units"]))
            for item in rows
        ],
    )
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(_("{score}; dashed: all examples", score=wording.in_sentence(found["score"])))
    if wording.is_share(found["score"]):
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g}%")


def _label(item: dict[str, Any]) -> str:
    return wording.shortened(wording.slice_name(item), _LABEL)
