import matplotlib
import numpy as np
import pytest

from ftkeras.report.plots import _canvas
from tests.report import drawing


def paint(figure):
    figure.add_subplot().plot([0, 1], [0, 1], label="a")


def test_the_same_numbers_give_the_same_bytes_whatever_the_settings():
    first = _canvas.render("line", "A line", "It rises.", paint)
    with matplotlib.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.grid": False}):
        assert _canvas.render("line", "A line", "It rises.", paint) == first


def test_a_picture_is_named_described_and_asks_for_nothing():
    svg = _canvas.render("line", "A <line>", 'It "rises" & rises.', paint)
    root = drawing.parse(svg)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "line-title line-desc"
    assert root.find("title").text == "A <line>"
    assert root.find("desc").text == 'It "rises" & rises.'
    assert "http" not in svg
    assert "<metadata" not in svg


def test_two_pictures_share_no_id_and_references_still_hold():
    first, second = (drawing.parse(_canvas.render(n, "t", "d", paint)) for n in ("one", "two"))
    ids = [{e.get("id") for e in root.iter() if e.get("id")} for root in (first, second)]
    assert not ids[0] & ids[1]
    for root, known in zip((first, second), ids, strict=True):
        uses = [e.get("href").removeprefix("#") for e in root.iter() if e.get("href")]
        clips = [e.get("clip-path")[5:-1] for e in root.iter() if e.get("clip-path")]
        assert uses
        assert clips
        assert set(uses + clips) <= known


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "$\\frac{1}{0}$", "中文 😀", "مرحبا", "a\"b'c&d", "a_b^c"]
)
def test_any_name_can_be_written(name):
    svg = _canvas.render("x", name, name, lambda f: f.add_subplot().set_xlabel(name))
    assert name in drawing.words(svg)
    assert drawing.description(svg) == name
    assert "<script" not in svg


def test_a_thinned_curve_keeps_its_ends_and_strays_little():
    x = np.linspace(0, 1, 50_000)
    y = x**8
    thin_x, thin_y = _canvas.thinned(x, y, points=300)
    assert len(thin_x) <= 302
    assert (thin_x[0], thin_x[-1], thin_y[0], thin_y[-1]) == (0, 1, 0, 1)
    assert np.abs(np.interp(x, thin_x, thin_y) - y).max() < 1 / 300


def test_a_short_curve_is_left_alone():
    x = np.array([0.0, 0.2, 1.0])
    assert _canvas.thinned(x, x**2)[0] is x


def test_a_point_repeated_often_is_a_curve_too():
    x, y = _canvas.thinned(np.ones(1000), np.ones(1000))
    assert len(x) == len(y) <= 2
