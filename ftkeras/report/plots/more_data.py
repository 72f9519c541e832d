"""The error over the number of training examples, and where the law says twice as many lead."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ftkeras.report import wording
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas


def draw(found: dict[str, Any]) -> str:
    """Draws the measured errors, the fitted law, and twice the data.

    Args:
        found: What the record holds as `analyses["learning_curve"]`.

    Returns:
        An `<svg>` element.
    """
    return _canvas.render(
        "more-data", *_told(found), lambda figure: _paint(figure, found), size=(6.0, 3.2)
    )


def _told(found: dict[str, Any]) -> tuple[str, str]:
    """Returns title and description."""
    law, sizes = found["law"], found["sizes"]
    if found["score"] != "accuracy":
        score = wording.plain_name(found["score"])
        first, last = (wording.number(_level(found, found["errors"][k])) for k in (0, -1))
        return (
            _("{score} against the number of training examples", score=score),
            _(
                "From {first} with {fewest:,} examples to {last} with {most:,}. Twice as many are "
                "expected to make it better by {gain} ({low} to {high}).",
                first=first,
                fewest=sizes[0],
                last=last,
                most=sizes[-1],
                **{end: wording.number(law[end]) for end in ("gain", "low", "high")},
            ),
        )
    return (
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
    )


def _level(found: dict[str, Any], errors: Any) -> Any:
    """Returns what is drawn: errors, or the score where that is what people know."""
    return 1 - errors if _rises(found) else errors


def _rises(found: dict[str, Any]) -> bool:
    return found["score"] != "accuracy" and found.get("direction") == "max"


def _paint(figure: Figure, found: dict[str, Any]) -> None:
    axes = figure.add_subplot()
    law, sizes = found["law"], np.array(found["sizes"], float)
    errors, spread = np.array(found["errors"]), np.array(found["spread"])
    along = np.geomspace(sizes[0], 2 * sizes[-1], 100)
    curve = law["floor"] + law["scale"] * along ** -law["exponent"]
    inside = along <= sizes[-1]
    axes.set_xscale("log")
    curve = _level(found, curve)
    axes.plot(along[inside], curve[inside], color=_canvas.MODEL)
    axes.plot(along[~inside], curve[~inside], color=_canvas.MODEL, linestyle=(0, (2, 2)))
    axes.errorbar(
        sizes, _level(found, errors), yerr=spread, fmt="o", color=_canvas.INK, markersize=5,
        capsize=3, linewidth=1.2, label=_("measured, spread over orders"),
    )  # fmt: skip
    ends = errors[-1] - np.array([law["low"], law["high"]])
    twice = 2 * sizes[-1]
    axes.plot([twice, twice], _level(found, ends), color=_canvas.ACCENT, linewidth=5, alpha=0.4)
    axes.plot(
        [twice], [_level(found, errors[-1] - law["gain"])], "D", color=_canvas.ACCENT, markersize=6,
        label=_("twice the data, expected"),
    )  # fmt: skip
    axes.set_xlabel(_("training examples (log scale)"))
    if found["score"] == "accuracy":
        axes.set_ylabel(_("wrong answers on validation"))
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g}%")
    else:
        score = wording.in_sentence(found["score"])
        axes.set_ylabel(_("{score} on validation", score=score))
    axes.set_xticks([*sizes, twice], [f"{int(size):,}" for size in (*sizes, twice)])
    axes.set_xticks([], minor=True)
    axes.legend()
