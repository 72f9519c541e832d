"""What a ranking is worth by how many of its first documents are looked at."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ftkeras.report import wording
from ftkeras.report.answers import Answers
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas
from ftkeras.scores.normalized_discounted_cumulative_gain import (
    NormalizedDiscountedCumulativeGain,
)

MOST_DOCUMENTS = 20
_MOST_OTHERS = 3


def gains(answers: Answers) -> NDArray[np.float64]:
    """Returns the normalized discounted cumulative gain of the first k documents, k = 1, 2, ….

    Args:
        answers: Rankings of some queries.

    Returns:
        `(depths,)` means over queries, up to the longest list or 20 documents.
    """
    depths = min(answers.labels.shape[1], MOST_DOCUMENTS)
    return np.array(
        [
            NormalizedDiscountedCumulativeGain(k)(answers.labels, answers.predicted)
            for k in range(1, depths + 1)
        ]
    )


def draw(answers: Answers, others: Mapping[str, Answers]) -> str:
    """Draws a curve of the model, and one of each baseline.

    Args:
        answers: The model on test; scores of documents.
        others: Baselines by name, on the same queries.

    Returns:
        An `<svg>` element.
    """
    curves = {name: gains(each) for name, each in [*others.items()][:_MOST_OTHERS]}
    own = gains(answers)
    return _canvas.render(
        "gain-by-depth",
        _("Gain of the first documents on test"),
        _(
            "The first document is worth {first} of the best one; the first {depth} together "
            "{last}.",
            first=wording.number(float(own[0])),
            depth=len(own),
            last=wording.number(float(own[-1])),
        ),
        lambda figure: _paint(figure, own, curves),
    )


def _paint(
    figure: Figure, own: NDArray[np.float64], others: Mapping[str, NDArray[np.float64]]
) -> None:
    axes = figure.subplots()
    depths = np.arange(1, len(own) + 1)
    for index, (name, curve) in enumerate(others.items()):
        axes.plot(
            depths, curve, color=_canvas.OTHER, linewidth=1.4,
            linestyle=_canvas.DASHES[1 + index % 3], label=wording.plain_name(name),
        )  # fmt: skip
    marker = "o" if len(own) <= MOST_DOCUMENTS // 2 else ""
    axes.plot(depths, own, color=_canvas.MODEL, marker=marker, label=_("This model"))
    axes.set_ylim(0, 1.02)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(_("documents looked at (k)"))
    axes.set_ylabel(_("gain"))
    axes.legend(loc="lower right")
