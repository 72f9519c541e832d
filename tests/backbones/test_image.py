"""Picture preprocessing; PIL called by hand, or arithmetic, is the reference."""

import io

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageOps

from ftkeras.backbones.preprocessing import _picture, load
from ftkeras.backbones.preprocessing.image import Image
from ftkeras.errors import UserError


def picture(height=20, width=30, mode="RGB", seed=0):
    shape = (height, width) if mode == "L" else (height, width, len(mode))
    pixels = np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)
    return Pillow.fromarray(pixels, mode=None)


@pytest.fixture
def png(tmp_path):
    path = tmp_path / "picture.png"
    picture().save(path)
    return path


def only(image, value):
    [pixels] = image([value]).arrays["images"]
    return pixels


def test_a_picture_of_the_right_size_keeps_every_pixel(png):
    found = only(Image((20, 30)), png)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.asarray(picture()))


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic", "lanczos"])
def test_stretching_is_pils(png, interpolation):
    method = Pillow.Resampling[interpolation.upper()]
    expected = np.asarray(picture().resize((8, 8), method))
    found = only(Image(8, interpolation=interpolation, fit="stretch"), str(png))
    np.testing.assert_array_equal(found, expected)


def test_cropping_keeps_the_middle():
    striped = np.zeros((10, 30, 3), np.uint8)
    striped[:, 10:20] = 200
    np.testing.assert_array_equal(only(Image(10, fit="crop"), striped), np.full((10, 10, 3), 200))


def test_padding_keeps_everything():
    found = only(Image(30, fit="pad"), np.full((10, 30, 3), 200, np.uint8))
    np.testing.assert_array_equal(found[10:20], np.full((10, 30, 3), 200))
    assert found[:10].max() == found[20:].max() == 0


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_every_mode_becomes_red_green_blue(tmp_path, mode):
    source = picture(4, 4, mode) if mode != "LA" else picture(4, 4, "LA")
    source.save(tmp_path / "x.png")
    found = only(Image(4), tmp_path / "x.png")
    pixels = np.asarray(source).reshape(4, 4, -1)
    expected = pixels[..., :3] if pixels.shape[2] > 2 else np.repeat(pixels[..., :1], 3, axis=2)
    np.testing.assert_array_equal(found, expected)


def test_sixteen_bit_grey_is_scaled_and_not_clipped(tmp_path):
    deep = np.array([[0, 257 * 100], [257 * 200, 65535]], np.uint16)
    Pillow.fromarray(deep).save(tmp_path / "x.png")
    np.testing.assert_array_equal(
        only(Image(2), tmp_path / "x.png")[..., 0], [[0, 100], [200, 255]]
    )


def test_a_photograph_is_turned_upright(tmp_path):
    exif = Pillow.Exif()
    exif[0x0112] = 6  # the camera was turned: rows are to be read as columns
    picture().save(tmp_path / "x.png", exif=exif)
    found = only(Image((30, 20)), tmp_path / "x.png")
    np.testing.assert_array_equal(found, np.rot90(np.asarray(picture()), -1))
    assert ImageOps.exif_transpose(Pillow.open(tmp_path / "x.png")).size == (20, 30)


@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 1), (5, 4, 3), (5, 4, 4)])
@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.float32])
def test_arrays_are_taken_as_they_are(shape, kind):
    array = np.random.default_rng(0).integers(0, 256, shape).astype(kind)
    channels = array.reshape(5, 4, -1)[..., :3]
    expected = np.broadcast_to(channels, (5, 4, 3))
    np.testing.assert_array_equal(only(Image((5, 4)), array), expected)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((2, 2, 2)), "channels"),
        (np.zeros((2, 2, 3, 1)), "channels"),
        (np.zeros((0, 2, 3)), "channels"),
        (np.zeros(3), "channels"),
        (np.full((2, 2, 3), np.nan), "finite"),
        (np.full((2, 2, 3), "x"), "finite"),
        (np.full((2, 2, 3), 256), "0, 255"),
        (np.full((2, 2, 3), -1.0), "0, 255"),
        (np.full((2, 2, 3), 0.5), "Undo any scaling"),
    ],
)
def test_an_array_that_is_no_picture_is_refused(array, message):
    with pytest.raises(UserError, match=message):
        Image(2)([array])


def damaged(kind):
    buffer = io.BytesIO()
    picture(64, 64).save(buffer, format="jpeg" if kind == "jpeg" else "png")
    content = buffer.getvalue()
    if kind == "flipped":
        return content[:60] + bytes(255 - byte for byte in content[60:90]) + content[90:]
    return {"empty": b"", "text": b"hello"}.get(kind, content[: len(content) // 2])


@pytest.mark.parametrize("kind", ["empty", "text", "png", "jpeg", "flipped"])
def test_a_damaged_file_is_named(tmp_path, kind):
    path = tmp_path / "broken.png"
    path.write_bytes(damaged(kind))
    good = tmp_path / "good.png"
    picture().save(good)
    with pytest.raises(UserError, match=r"broken\.png"):
        Image(8)([good, path, good])


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(UserError, match=r"gone\.png, which does not exist"):
        Image(8)([tmp_path / "gone.png"])
    with pytest.raises(UserError, match="IsADirectory"):
        Image(8)([tmp_path])


@pytest.mark.parametrize(("width", "height"), [(9000, 9000), (10000, 10000), (30000, 30000)])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path, width, height, monkeypatch):
    import struct
    import zlib

    def chunk(name, content):
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [
        chunk(b"IHDR", header),
        chunk(b"IDAT", zlib.compress(b"\0" * 100)),
        chunk(b"IEND", b""),
    ]
    (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    monkeypatch.setattr(Pillow.Image, "load", lambda self: pytest.fail("it was decoded"))
    with pytest.raises(UserError, match=r"bomb\.png"):
        _picture.read(tmp_path / "bomb.png")


def test_order_is_kept_over_threads(tmp_path):
    paths = []
    for number in range(40):
        paths.append(tmp_path / f"{number}.png")
        Pillow.new("RGB", (7 + number, 9), (number, 0, 0)).save(paths[-1])
    found = Image(4)(paths).arrays["images"]
    np.testing.assert_array_equal(found[:, 0, 0, 0], np.arange(40))


def test_saved_and_loaded_it_is_the_same(tmp_path, png):
    image = Image((6, 9), interpolation="bicubic", fit="pad", input="pixels")
    image.save(tmp_path)
    loaded = load(tmp_path)
    assert loaded.config == image.config
    np.testing.assert_array_equal(loaded([png]).arrays["pixels"], image([png]).arrays["pixels"])


@pytest.mark.parametrize(
    "settings",
    [
        {"size": 0},
        {"size": (4, 4, 4)},
        {"size": 4.5},
        {"size": True},
        {"size": 4, "interpolation": "bilinaer"},
        {"size": 4, "fit": "squash"},
    ],
)
def test_settings_outside_the_rules_are_refused(settings):
    with pytest.raises(UserError, match="Received"):
        Image(**settings)


def test_no_pictures_is_an_error():
    with pytest.raises(UserError, match="at least one"):
        Image(4)([])
