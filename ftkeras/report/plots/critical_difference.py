"""Average ranks of methods on a line; bars join those that cannot be told apart."""

from itertools import pairwise

from matplotlib.figure import Figure

from ftkeras.report import wording
from ftkeras.report.language import gettext as _
from ftkeras.report.plots import _canvas

_LABEL = 44


def draw(methods: list[str], average: list[float], difference: float) -> str:
    """Draws Demsar's diagram: rank 1, the best, on the left.

    Args:
        methods: Names.
        average: Average rank of each.
        difference: Critical difference of average ranks.

    Returns:
        An `<svg>` element.
    """
    order = sorted(range(len(methods)), key=lambda index: average[index])
    names = [methods[index] for index in order]
    ranks = [average[index] for index in order]
    spoken = _("; ").join(f"{name} {rank:.2f}" for name, rank in zip(names, ranks, strict=True))
    return _canvas.render(
        "critical-difference",
        _("Average ranks over the data sets"),
        _(
            "{ranks}. Ranks closer than {difference:.2f} cannot be told apart.",
            ranks=spoken,
            difference=difference,
        ),
        lambda figure: _paint(figure, names, ranks, difference),
        size=(6.4, 1.0 + 0.34 * len(names)),
    )


def groups(ranks: list[float], difference: float) -> list[tuple[float, float]]:
    """Returns the widest stretches of ranks that lie within the critical difference.

    Args:
        ranks: Average ranks, smallest first.
        difference: Critical difference.

    Example:
        >>> groups([1.0, 1.8, 2.4, 4.0], 1.0)
        [(1.0, 1.8), (1.8, 2.4)]
    """
    reach = [max(r for r in ranks if r - start <= difference) for start in ranks]
    found = [(start, end) for start, end in zip(ranks, reach, strict=True) if end > start]
    # A stretch that ends where the one before it ends lies inside it.
    return found[:1] + [later for earlier, later in pairwise(found) if later[1] > earlier[1]]


def _paint(figure: Figure, names: list[str], ranks: list[float], difference: float) -> None:
    axes = figure.add_subplot()
    for row, (name, rank) in enumerate(zip(names, ranks, strict=True)):
        axes.plot([rank, rank], [0, row + 1], color=_canvas.FAINT, linewidth=1, zorder=1)
        axes.plot([rank], [row + 1], "o", color=_canvas.MODEL, markersize=7)
        axes.annotate(
            f"{wording.isolated(wording.shortened(name, _LABEL))}  {rank:.2f}",
            (rank, row + 1),
            (9, -3.5),
            textcoords="offset points",
        )
    for number, (start, end) in enumerate(groups(ranks, difference)):
        height = 0.2 + 0.16 * number
        axes.plot([start, end], [height, height], color=_canvas.ACCENT, linewidth=4, alpha=0.8)
    axes.set_ylim(len(names) + 0.6, -0.1)
    axes.set_xlim(0.9, len(names) + 1.6)
    axes.set_xticks(range(1, len(names) + 1))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(
        _("average rank, 1 is best; critical difference {difference:.2f}", difference=difference)
    )
