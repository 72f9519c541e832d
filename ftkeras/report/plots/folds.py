"""The headline score on each held-out fold, the strongest rival beside the model."""

from matplotlib.figure import Figure

from ftkeras.records.run_record import Measurement
from ftkeras.report import wording
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas

_MOST_LABELS = 12


def draw(score: str, values: dict[str, list[list[float]]], mean: Measurement) -> str:
    """Draws a point for each fold and model; a line joins those of one fold.

    Args:
        score: The score's name.
        values: Model name (`"model"` first, then at most one other) -> `(repeats, folds)` scores.
        mean: The model's mean over folds, with its interval.

    Returns:
        An `<svg>` element.
    """
    flat = {name: [value for repeat in folds for value in repeat] for name, folds in values.items()}
    own = flat["model"]
    said = _("{score} on {folds} held-out folds", score=wording.plain_name(score), folds=len(own))
    return _canvas.render(
        "folds",
        said,
        _(
            "From {low} to {high}, mean {mean}.",
            low=wording.amount(score, min(own)),
            high=wording.amount(score, max(own)),
            mean=wording.amount(score, mean.value),
        ),
        lambda figure: _paint(figure, score, flat, mean),
        size=(6.4, 3.0),
    )


def _paint(figure: Figure, score: str, values: dict[str, list[float]], mean: Measurement) -> None:
    axes = figure.add_subplot()
    places = range(1, len(values["model"]) + 1)
    if mean.low is not None and mean.high is not None:
        axes.axhspan(mean.low, mean.high, color=_canvas.MODEL, alpha=0.12, linewidth=0)
    if mean.value is not None:
        axes.axhline(mean.value, color=_canvas.MODEL, linewidth=1)
    for name, scores in values.items():
        own = name == "model"
        axes.plot(
            places,
            scores,
            "o" if own else "D",
            color=_canvas.MODEL if own else _canvas.OTHER,
            markersize=7 if own else 5,
            label=_("This model") if own else wording.plain_name(name),
        )
    if len(values) > 1:
        first, second = values.values()
        for place, one, other in zip(places, first, second, strict=True):
            axes.plot([place, place], [one, other], color=_canvas.OTHER, linewidth=0.8, zorder=1)
    axes.set_xlabel(_("Held-out fold"))
    axes.set_ylabel(wording.plain_name(score))
    if len(places) <= _MOST_LABELS:
        axes.set_xticks(list(places))
    if wording.is_share(score):
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g}%")
    axes.legend(loc="best")
