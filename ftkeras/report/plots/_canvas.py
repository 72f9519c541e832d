"""One way to make a picture: same look, same bytes for the same numbers, readable by all.

Text stays text in the SVG (small, sharp, searchable), every id carries the picture's name (many
pictures share one page), and nothing depends on the machine's matplotlib settings or the clock.
"""

import io
import re
import warnings
from collections.abc import Callable
from xml.sax.saxutils import escape

import matplotlib.style
import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from numpy.typing import NDArray

# Okabe and Ito's colours: told apart with every common colour-vision deficiency.
MODEL = "#0072B2"
OTHER = "#6B6F76"
ACCENT = "#D55E00"
SECOND = "#00795C"
INK = "#1F2328"
FAINT = "#D8DCE2"
CYCLE = (MODEL, ACCENT, "#00795C", "#CC79A7", "#B07A00", "#56B4E9", "#6B6F76", "#7A3E9D")
DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))

_STYLE = {
    "axes.axisbelow": True,
    "axes.facecolor": "none",
    "axes.edgecolor": "#9AA1AB",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "grid.color": "#E7EAEE",
    "grid.linewidth": 0.8,
    "legend.fontsize": 9.5,
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "svg.fonttype": "none",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": "#4B5158",
    "ytick.color": "#4B5158",
}


def render(
    name: str,
    title: str,
    description: str,
    paint: Callable[[Figure], None],
    size: tuple[float, float] = (4.2, 3.1),
) -> str:
    """Paints a figure and returns it as an `<svg>` element for a page.

    Args:
        name: Unique name of the picture on its page: lower-case words joined by dashes.
        title: What it shows, read out by screen readers.
        description: What can be seen in it, in a sentence or two with the main numbers.
        paint: Draws on an empty figure.
        size: Width and height in inches, at 72 points an inch.

    Returns:
        SVG text without prolog, date or reference to anything outside itself.
    """
    buffer = io.StringIO()
    with (
        matplotlib.style.context(["default", {**_STYLE, "svg.hashsalt": name}]),
        warnings.catch_warnings(),
    ):
        # The reader's browser has the letters that matplotlib's own font lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(w_pad=0.09))
        figure.patch.set_alpha(0)
        paint(figure)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return _embed(buffer.getvalue(), name, title, description)


def adopted(name: str, title: str, description: str, figure: Figure) -> str:
    """Returns a figure that somebody else painted as an `<svg>` element for a page.

    Args:
        name: Unique name of the picture on its page: lower-case words joined by dashes.
        title: What it shows, read out by screen readers.
        description: What can be seen in it, in a sentence or two with the main numbers.
        figure: The figure; it keeps its own look.
    """
    buffer = io.StringIO()
    figure.savefig(
        buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None}
    )
    return _embed(buffer.getvalue(), name, title, description)


def thinned(
    x: NDArray[np.floating], y: NDArray[np.floating], points: int = 400
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Returns at most about `points` points of a curve in the unit square, evenly along it.

    The first point in every step of one part in `points` of the curve's length is kept, so that a
    curve over a million examples looks the same and weighs little.
    """
    if len(x) <= points:
        return x, y
    steps = np.abs(np.diff(x, prepend=x[:1])) + np.abs(np.diff(y, prepend=y[:1]))
    along = np.cumsum(steps)
    cell = np.floor(along / max(along[-1], np.finfo(float).tiny) * points)
    keep = np.flatnonzero(np.diff(cell, prepend=-1) > 0)
    keep = np.union1d(keep, [0, len(x) - 1])
    return x[keep], y[keep]


def _embed(svg: str, name: str, title: str, description: str) -> str:
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, count=1, flags=re.DOTALL)
    svg = svg.replace("xlink:href", "href")
    svg = re.sub(r"<[^>]+>", lambda tag: _own(tag.group(0), name), svg)
    box = re.search(r'viewBox="[^"]+"', svg)
    opening = (
        f'<svg {box.group(0) if box else ""} role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(description)}</desc>'
    )
    return re.sub(r"^<svg[^>]*>", lambda _: opening, svg, count=1)


def _own(tag: str, name: str) -> str:
    return re.sub(r'( id="|href="#|url\(#)', rf"\1{name}-", tag)
