"""Images beside masks, from folders and tables, and what nobody sane would put there."""

import io
import os
import warnings

import numpy as np
import pytest
from hostile_files import image_bytes, outcome, png_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ftkeras.data import mask_file
from ftkeras.data.sources import image_table, mask_folder
from ftkeras.errors import UserError
from ftkeras.mask import decode

FUZZ = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)


def noise(seed=0, size=(9, 12)):
    return np.random.default_rng(seed).integers(0, 256, (*size, 3)).astype(np.uint8)


def classes(seed=0, size=(9, 12)):
    return np.random.default_rng(seed).integers(0, 4, size).astype(np.uint8)


@pytest.fixture
def folder(tmp_path):
    for name in ("images", "masks"):
        (tmp_path / "data" / name).mkdir(parents=True)
    for index, suffix in enumerate((".jpg", ".png", ".bmp")):
        Image.fromarray(noise(index)).save(tmp_path / "data" / "images" / f"{index}{suffix}")
        Image.fromarray(classes(index)).save(tmp_path / "data" / "masks" / f"{index}.png")
    return tmp_path / "data"


def test_pairs_are_found_by_name(folder):
    found = mask_folder.build(str(folder))
    assert found.locations.tolist() == ["images/0.jpg", "images/1.png", "images/2.bmp"]
    for row, label in enumerate(found.labels):
        np.testing.assert_array_equal(decode(label), classes(row))
    assert len(set(found.ids)) == 3


def test_parts_become_a_column(folder, tmp_path):
    for part in ("train", "val", "test"):
        os.makedirs(tmp_path / "parts", exist_ok=True)
        os.symlink(folder, tmp_path / "parts" / part)
    with pytest.raises(UserError, match="or parts"):
        mask_folder.build(str(tmp_path / "parts"))  # links that lead out are no parts
    for part in ("train", "val", "test"):
        (tmp_path / "parts" / part).unlink()
        for name in ("images", "masks"):
            (tmp_path / "parts" / part / name).mkdir(parents=True)
        Image.fromarray(noise(7)).save(tmp_path / "parts" / part / "images" / "a.png")
        Image.fromarray(classes(7)).save(tmp_path / "parts" / part / "masks" / "a.png")
    found = mask_folder.build(str(tmp_path / "parts"))
    assert sorted(found.columns["part"]) == ["test", "train", "validation"]


def test_a_gif_whose_numbers_were_changed_is_refused():
    """Pillow keeps the numbers 0 to 3 of four that are used, 0, 1, 2 and 255."""
    for top, kept in ((3, True), (255, False)):
        stored = io.BytesIO()
        Image.fromarray(np.array([[0, 1, 2, top]], np.uint8)).save(stored, "GIF")
        values, problem = mask_file.read(stored.getvalue(), 100)
        assert (values is not None and values.tolist() == [[0, 1, 2, top]]) == kept
        assert ("is a GIF with a palette" in problem) == (not kept)


@pytest.mark.parametrize("mode", ["P", "L", "1", "I;16"])
def test_indices_are_classes_whatever_stores_them(folder, mode):
    values = classes(5) % 2 if mode == "1" else classes(5)
    if mode == "P":
        picture = Image.fromarray(values).convert("L")
        picture.putpalette(np.random.default_rng(0).bytes(768))
    elif mode == "1":
        picture = Image.fromarray(values.astype(bool))
    else:
        picture = Image.fromarray(values.astype({"L": np.uint8, "I;16": np.uint16}[mode]))
    assert picture.mode == mode
    picture.save(folder / "masks" / "1.png")
    np.testing.assert_array_equal(decode(mask_folder.build(str(folder)).labels[1]), values)


def test_a_picture_on_its_side_has_an_upright_mask(folder):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noise(0, (12, 9))).save(folder / "images" / "0.jpg", exif=exif)
    assert len(mask_folder.build(str(folder))) == 3


def remove(folder):
    (folder / "masks" / "1.png").unlink()


def add_a_mask(folder):
    Image.fromarray(classes()).save(folder / "masks" / "alone.png")


def add_a_twin(folder):
    Image.fromarray(noise()).save(folder / "images" / "1.jpg")


def colours(folder):
    Image.fromarray(noise()).save(folder / "masks" / "1.png")


def another_size(folder):
    Image.fromarray(classes(0, (12, 9))).save(folder / "masks" / "1.png")


def numbers_beyond(folder):
    Image.fromarray(np.full((9, 12), 300, np.uint16)).save(folder / "masks" / "1.png")


def fractions(folder):
    (folder / "masks" / "1.png").unlink()
    Image.fromarray(np.ones((9, 12), "float32")).save(folder / "masks" / "1.tif")


def cut_short(folder):
    content = (folder / "masks" / "1.png").read_bytes()
    (folder / "masks" / "1.png").write_bytes(content[:-30])


def a_bomb(folder):
    (folder / "masks" / "1.png").write_bytes(png_of(10_000, 10_000))


def a_jpeg(folder):
    (folder / "masks" / "1.png").write_bytes(image_bytes("JPEG", "L"))


def out_of_the_folder(folder):
    Image.fromarray(classes()).save(folder.parent / "secret.png")
    (folder / "masks" / "1.png").unlink()
    (folder / "masks" / "1.png").symlink_to(folder.parent / "secret.png")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (remove, "images/1.png: has no mask of its name in masks/"),
        (add_a_mask, "masks/alone.png: is the mask of no image in images/"),
        (add_a_twin, "images/1.png: has the name of images/1.jpg"),
        (colours, r"masks/1.png holds colours \(RGB\).*convert\('L'\)"),
        (another_size, "masks/1.png has 9 x 12 pixels, its image 12 x 9"),
        (numbers_beyond, "masks/1.png has values from 300 to 300, not from 0 to 255"),
        (fractions, "masks/1.tif holds float32"),
        (cut_short, "masks/1.png is damaged"),
        (a_bomb, "masks/1.png has 10000 x 10000 pixels, more than max_pixels"),
        (a_jpeg, "masks/1.png is no mask of a known kind"),
        (out_of_the_folder, "masks/1.png leads out of"),
    ],
)
def test_what_is_wrong_is_named(folder, spoil, reason):
    spoil(folder)
    with pytest.raises(UserError, match=reason):
        mask_folder.build(str(folder))
    kept = mask_folder.build(str(folder), on_bad_row="skip")
    assert 2 <= len(kept) <= 3
    assert len(kept.rejected) == 1


@pytest.mark.parametrize("settings", [{"images": "../x"}, {"masks": ""}, {"images": "a\0"}])
def test_folders_lie_in_the_folder(folder, settings):
    with pytest.raises(UserError, match=r"Expected `(images|masks)` to be the name of a folder"):
        mask_folder.build(str(folder), **settings)


def test_no_folders_are_told(tmp_path):
    with pytest.raises(UserError, match=r"Expected the folders images/ and masks/"):
        mask_folder.build(str(tmp_path))
    with pytest.raises(UserError, match="does not exist"):
        mask_folder.build(str(tmp_path / "nowhere"))
    (tmp_path / "images").mkdir()
    with pytest.raises(UserError, match=r"can be read|without a pair"):
        mask_folder.build(str(tmp_path))


def test_a_table_names_images_and_masks(folder):
    table = folder / "pairs.csv"
    table.write_text(
        "picture,answer,site\nimages/0.jpg,masks/0.png,A\nimages/1.png,masks/1.png,B\n"
    )
    found = image_table.build(str(table), image="picture", mask="answer")
    assert found.columns["site"].tolist() == ["A", "B"]
    np.testing.assert_array_equal(decode(found.labels[1]), classes(1))
    assert found.ids.tolist() == mask_folder.build(str(folder)).ids[:2].tolist()


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("../../secret.png", "leads out of"),
        ("", "the path of the mask is empty"),
        ("masks/none.png", "cannot be read"),
        ("masks/2.png\0", "no path|is empty"),
    ],
)
def test_a_bad_cell_names_its_row(folder, cell, reason):
    table = folder / "pairs.csv"
    table.write_text(f"image,mask\nimages/0.jpg,masks/0.png\nimages/1.png,{cell}\n")
    with pytest.raises(UserError, match=f"(?s)row 3.*({reason})"):
        image_table.build(str(table), mask="mask")


@FUZZ
@given(
    content=st.binary(max_size=120),
    edits=st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=5),
    kind=st.sampled_from(["bytes", "PNG", "TIFF", "BMP", "GIF"]),
    policy=st.sampled_from(["error", "skip", "quarantine"]),
)
def test_any_bytes_as_a_mask(folder, content, edits, kind, policy):
    if kind != "bytes":
        file = io.BytesIO()
        Image.fromarray(classes()).save(file, format=kind)
        changed = bytearray(file.getvalue())
        for place, value in edits:
            changed[place % len(changed)] = value
        content = bytes(changed)
    (folder / "masks" / "1.png").write_bytes(content)
    outcome(mask_folder.build, str(folder), on_bad_row=policy)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, of odd metadata; `for_each` silences them
        values, reason = mask_file.read(content, 1000)
    assert (values is None) == bool(reason)
