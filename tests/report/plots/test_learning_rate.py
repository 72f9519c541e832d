import numpy as np

from ftkeras.report.plots import _canvas, learning_rate
from tests.report import drawing


def found(suggested=0.01):
    rates = np.geomspace(1e-4, 1.0, 9)
    smoothed = [1.0, 1.0, 0.9, 0.6, 0.4, 0.5, 0.9, 1.8, None]
    return {
        "rates": rates.tolist(), "losses": smoothed, "smoothed": smoothed,
        "suggested": suggested, "lowest": 0.1, "diverged": True,
    }  # fmt: skip


def test_rates_stand_on_a_logarithmic_axis_and_the_suggestion_where_it_is():
    svg = learning_rate.draw(2, found())
    assert 'id="learning-rate-2-title"' in svg
    assert "0.01" in drawing.description(svg)
    curve = max(drawing.lines(svg, _canvas.MODEL), key=len)
    assert len(curve) == 8  # what was not finite is not drawn
    steps = np.diff(curve[:, 0])
    np.testing.assert_allclose(steps, steps[0], rtol=1e-3)
    marked = next(line for line in drawing.lines(svg, _canvas.ACCENT) if len(line) == 2)
    np.testing.assert_allclose(marked[:, 0], curve[4, 0], rtol=1e-3)


def test_without_a_suggestion_nothing_is_marked():
    svg = learning_rate.draw(1, found(None))
    assert drawing.lines(svg, _canvas.ACCENT) == []
    assert "No rate" in drawing.description(svg)
