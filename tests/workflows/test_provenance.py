"""What a person sees of pictures."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from ftkeras.contracts.box import Box
from ftkeras.contracts.dataset import Dataset
from ftkeras.workflows import _provenance


def seen(image, label="cat"):
    inputs, labels = np.empty(1, object), np.empty(1, object)
    inputs[0], labels[0] = image, label
    rows = np.array(["a"])
    (preview,) = _provenance.previews(Dataset("image", rows, inputs, labels, rows.astype(object)))
    return Image.open(io.BytesIO(base64.b64decode(preview.partition(",")[2])))


@pytest.mark.parametrize("label", ["cat", (Box("cat", 0, 0, 1, 1),)])
@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1), (4, 5, 4), (1, 5, 3), (1, 1), (1, 1, 3)])
def test_pixels_of_any_shape_are_shown_as_they_are(shape, label):
    assert seen(np.zeros(shape, np.uint8), label).size == (shape[1], shape[0])


def test_a_picture_stored_on_its_side_is_shown_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 4)).save(tmp_path / "turned.jpg", exif=exif)
    assert seen(str(tmp_path / "turned.jpg")).size == (4, 8)


def test_16_bits_are_not_clipped(tmp_path):
    Image.fromarray(np.array([[0, 257 * 100, 65535]], np.uint16)).save(tmp_path / "deep.png")
    assert np.asarray(seen(str(tmp_path / "deep.png")))[0, :, 0].tolist() == [0, 100, 255]
