"""How large pictures are, held to Pillow's decoded and upright ones."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from ftkeras.errors import UserError
from ftkeras.picture_size import picture_size


def content(size, orientation, file_format):
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", size, (90, 20, 5)).save(file, format=file_format, exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_paths_and_contents_are_measured_as_pillow_turns_them(tmp_path, orientation, file_format):
    data = content((30, 20), orientation, file_format)
    with Image.open(io.BytesIO(data)) as stored:
        upright = np.asarray(ImageOps.exif_transpose(stored))
    path = tmp_path / "picture"
    path.write_bytes(data)
    assert picture_size(str(path)) == picture_size(data) == upright.shape[:2]
    assert picture_size(upright) == upright.shape[:2]


def test_what_is_no_picture_is_named(tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(UserError, match=r"Received: .*text\.png"):
        picture_size(str(tmp_path / "text.png"))
    with pytest.raises(UserError, match="Received: 4 bytes"):
        picture_size(b"GIF8")
    with pytest.raises(UserError, match=r"gone\.png"):
        picture_size(str(tmp_path / "gone.png"))
