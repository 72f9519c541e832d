"""The class of each pixel as the bytes of a PNG file."""

import contextlib
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from PIL import Image

from ftkeras.mask import Mask, decode, encode

ARRAYS = st_numpy.arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20)))


@settings(deadline=None)
@given(ARRAYS)
def test_what_is_encoded_is_decoded(classes):
    np.testing.assert_array_equal(decode(encode(classes)), classes)


@settings(deadline=None)
@given(ARRAYS)
def test_any_reader_of_png_sees_the_classes(classes):
    with Image.open(io.BytesIO(encode(classes))) as image:
        np.testing.assert_array_equal(np.asarray(image), classes)


@settings(deadline=None)
@given(ARRAYS, ARRAYS)
def test_masks_are_equal_when_their_pixels_are(first, second):
    same = np.array_equal(first, second)
    assert (Mask.of(first) == Mask.of(second)) == same
    assert (Mask.of(first).digest == Mask.of(second).digest) == same


def test_size_and_classes_are_known():
    mask = Mask.of(np.array([[3, 255, 3], [0, 3, 3]]))
    assert mask.shape == (2, 3)
    assert mask.values == (0, 3, 255)
    assert list(mask) == [0, 3]


@pytest.mark.parametrize(
    "classes", [np.zeros(3), np.zeros((2, 2)), np.full((2, 2), 256), np.full((2, 2), -1)]
)
def test_what_is_no_mask_is_refused(classes):
    with pytest.raises(ValueError, match="Received"):
        encode(classes)


def colours():
    file = io.BytesIO()
    Image.new("RGB", (3, 3)).save(file, format="PNG")
    return file.getvalue()


@pytest.mark.parametrize("png", [b"", b"no picture", encode(np.eye(9, dtype=int))[:-30], colours()])
def test_other_bytes_are_refused(png):
    with pytest.raises(ValueError, match="Expected the bytes of a grey PNG file"):
        decode(png)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4))
def test_damage_is_an_error_or_another_mask(edits):
    png = bytearray(encode(np.arange(200, dtype=np.uint8).reshape(10, 20)))
    for place, value in edits:
        png[place % len(png)] = value
    with contextlib.suppress(ValueError):
        assert decode(bytes(png)).ndim == 2
