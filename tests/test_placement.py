"""Where a picture stands in the network's, held to what PIL does with pictures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from ftkeras.placement import placed

SIDES = st.integers(1, 90)


def picture(height, width):
    noise = np.random.default_rng(height * 1000 + width).integers(0, 256, (height, width))
    return Image.fromarray(noise.astype(np.uint8))


@settings(deadline=None, max_examples=60)
@given(SIDES, SIDES, SIDES, SIDES)
def test_a_crop_is_the_window_that_pil_cuts_out(height, width, rows, columns):
    found = placed((height, width), (rows, columns), "crop")
    expected = ImageOps.fit(picture(height, width), (columns, rows), Image.Resampling.BILINEAR)
    ours = picture(height, width).resize(
        (columns, rows), Image.Resampling.BILINEAR, box=found.window
    )
    np.testing.assert_array_equal(np.asarray(ours), np.asarray(expected))
    assert found.place == (0, 0, columns, rows)


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 90), st.integers(2, 90), st.integers(8, 90), st.integers(8, 90))
def test_a_padded_picture_stands_where_pil_puts_it(height, width, rows, columns):
    if min(height / width * columns, width / height * rows) < 1:
        return  # PIL refuses a picture without pixels
    found = placed((height, width), (rows, columns), "pad")
    white = Image.new("L", (width, height), 255)
    expected = np.asarray(ImageOps.pad(white, (columns, rows), Image.Resampling.BILINEAR)) > 0
    left, top, right, bottom = map(int, found.place)
    ours = np.zeros((rows, columns), bool)
    ours[top:bottom, left:right] = True
    np.testing.assert_array_equal(ours, expected)


@pytest.mark.parametrize("fit", ["crop", "stretch", "pad"])
def test_there_and_back_again(fit):
    found = placed((33, 70), (20, 24), fit)
    points = np.random.default_rng(0).uniform(0, 33, (50, 2))
    np.testing.assert_allclose(found.to_picture(found.to_network(points)), points, atol=1e-9)


def test_corners_meet():
    found = placed((40, 80), (10, 20), "stretch")
    assert found.to_network(np.array([[0, 0], [80, 40]])).tolist() == [[0, 0], [20, 10]]


def test_another_fit_is_refused():
    with pytest.raises(ValueError, match="Received: fit='squeeze'"):
        placed((4, 4), (4, 4), "squeeze")
