import hashlib
import io
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ftkeras import call_string, catalog
from ftkeras.data.sources import image_folder
from ftkeras.errors import UserError


def picture(seed, size=(9, 7), mode="RGB"):
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype="uint8")
    return Image.fromarray(noise).convert(mode)


def encoded(image, kind):
    content = io.BytesIO()
    image.save(content, kind)
    return content.getvalue()


@pytest.fixture
def folder(tmp_path):
    for seed, place in enumerate(["cats/b.png", "cats/a.jpg", "dogs/c.png", "dogs/.hidden.png"]):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        picture(seed).save(tmp_path / place)
    (tmp_path / "dogs" / "notes.txt").write_text("no image")
    return tmp_path


def test_classes_are_subfolders_and_inputs_are_paths(folder):
    call = call_string.parse(f"image_folder(path={str(folder)!r})")
    dataset = catalog.build("data/sources", call)
    assert dataset.modality == "image"
    assert dataset.labels.tolist() == ["cats", "cats", "dogs"]
    assert list(dataset.locations) == ["cats/a.jpg", "cats/b.png", "dogs/c.png"]
    assert list(dataset.inputs) == [str(folder / place) for place in dataset.locations]
    content = (folder / "cats/a.jpg").read_bytes()
    assert dataset.ids[0] == hashlib.sha256(b"image\n" + content).hexdigest()[:32]
    assert dataset.columns == {}


def test_folders_named_as_parts_become_a_column(tmp_path):
    for seed, place in enumerate(["train/x/1.png", "val/x/2.png", "test/y/3.png"]):
        (tmp_path / place).parent.mkdir(parents=True)
        picture(seed).save(tmp_path / place)
    dataset = image_folder.build(str(tmp_path))
    assert dataset.labels.tolist() == ["y", "x", "x"]
    assert dataset.columns["part"].tolist() == ["test", "train", "validation"]


def test_classes_may_be_called_train_and_test(tmp_path):
    for seed, place in enumerate(["train/1.png", "test/2.png"]):
        (tmp_path / place).parent.mkdir()
        picture(seed).save(tmp_path / place)
    assert image_folder.build(str(tmp_path)).labels.tolist() == ["test", "train"]


def bomb():
    """A PNG of 80 kB that would unfold to 80 megapixels."""
    head = np.array([10_000, 8_000], ">u4").tobytes() + bytes([8, 0, 0, 0, 0])
    body = zlib.compress(bytes(8_000 * 10_001), 9)
    chunks = [(b"IHDR", head), (b"IDAT", body), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        np.array(len(data), ">u4").tobytes()
        + name
        + data
        + np.array(zlib.crc32(name + data), ">u4").tobytes()
        for name, data in chunks
    )


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.png", b"", "is empty"),
        ("text.png", b"<html>not found</html>", "no image of a known kind"),
        ("cut.png", encoded(picture(0, (80, 80)), "PNG")[:-40], "is damaged"),
        ("cut.jpg", encoded(picture(0, (80, 80)), "JPEG")[:-40], "is damaged"),
        ("cut.gif", encoded(picture(0, (80, 80)), "GIF")[:-400], "is damaged"),
        ("cut.webp", encoded(picture(0, (80, 80)), "WEBP")[:-40], "(is damaged|no image)"),
        ("bomb.png", bomb(), "10000 x 8000 pixels, more than max_pixels=50000000"),
        ("postscript.png", encoded(picture(0), "EPS"), "no image of a known kind"),
    ],
)
def test_a_bad_image_is_named_and_may_be_skipped(folder, name, content, reason):
    (folder / "dogs" / name).write_bytes(content)
    with pytest.raises(UserError, match=rf"1 bad: dogs/{name}: the file .*{reason}"):
        image_folder.build(str(folder))
    dataset = image_folder.build(str(folder), on_bad_row="skip")
    assert len(dataset) == 3
    assert [row.location for row in dataset.rejected] == [f"dogs/{name}"]


def test_a_link_that_leads_out_of_the_folder_is_refused(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    picture(9).save(outside / "secret.png")
    (folder / "dogs" / "link.png").symlink_to(outside / "secret.png")
    with pytest.raises(UserError, match=r"dogs/link\.png, a link to .*secret\.png"):
        image_folder.build(str(folder))
    (folder / "dogs" / "link.png").unlink()
    (folder / "birds").symlink_to(outside, target_is_directory=True)
    with pytest.raises(UserError, match="birds, a link to"):
        image_folder.build(str(folder))


def test_a_link_within_the_folder_and_a_linked_root_are_fine(folder, tmp_path_factory):
    (folder / "dogs" / "again.png").symlink_to(folder / "cats" / "b.png")
    root = tmp_path_factory.mktemp("links") / "root"
    root.symlink_to(folder, target_is_directory=True)
    assert len(image_folder.build(str(root))) == 4


def test_a_dangling_link_is_a_bad_image(folder):
    (folder / "dogs" / "gone.png").symlink_to(folder / "dogs" / "nowhere.png")
    with pytest.raises(UserError, match=r"dogs/gone\.png: the file cannot be read"):
        image_folder.build(str(folder))


@pytest.mark.parametrize(
    ("arrange", "message"),
    [
        (lambda path: path / "nowhere", "does not exist"),
        (lambda path: (path / "flat.png", picture(0).save(path / "flat.png"))[0], "a file"),
        (lambda path: (path, picture(0).save(path / "flat.png"))[0], "one subfolder per class"),
    ],
)
def test_a_folder_without_classes_is_refused(tmp_path, arrange, message):
    with pytest.raises(UserError, match=message):
        image_folder.build(str(arrange(tmp_path)))


_SEEDS = {kind: encoded(picture(1), kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")}


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200
)
@given(
    kind=st.sampled_from(sorted(_SEEDS)),
    edits=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=4),
    cut=st.integers(0, 50),
)
def test_any_damage_gives_a_dataset_or_a_user_error(tmp_path, kind, edits, cut):
    content = bytearray(_SEEDS[kind])
    for place, value in edits:
        content[place % len(content)] = value
    (tmp_path / "x").mkdir(exist_ok=True)
    (tmp_path / "x" / "noise.png").write_bytes(bytes(content[: len(content) - cut]))
    try:
        dataset = image_folder.build(str(tmp_path))
    except UserError:
        return
    assert len(dataset) == 1
