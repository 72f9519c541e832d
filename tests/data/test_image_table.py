import numpy as np
import pytest
from PIL import Image

from ftkeras import call_string, catalog
from ftkeras.data.sources import image_folder, image_table
from ftkeras.errors import UserError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pictures" / "x").mkdir(parents=True)
    for seed in range(3):
        noise = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype="uint8")
        Image.fromarray(noise).save(tmp_path / "pictures" / "x" / f"{seed}.png")
    Image.new("L", (3, 3)).save(tmp_path / "secret.png")
    return tmp_path / "pictures"


def table(folder, *rows, header="file,kind,camera"):
    path = folder / "table.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return str(path)


def test_paths_are_relative_to_the_table(folder):
    path = table(folder, "x/1.png,cat,front", "x/0.png,dog,back")
    call = call_string.parse(f"image_table(path={path!r}, image='file', label='kind')")
    dataset = catalog.build("data/sources", call)
    assert dataset.modality == "image"
    assert dataset.inputs.tolist() == [str(folder / "x/1.png"), str(folder / "x/0.png")]
    assert dataset.labels.tolist() == ["cat", "dog"]
    assert dataset.columns["camera"].tolist() == ["front", "back"]
    assert dataset.locations.tolist() == ["table.csv, row 2", "table.csv, row 3"]
    assert set(dataset.ids) < set(image_folder.build(str(folder)).ids)


@pytest.mark.parametrize("place", ["../secret.png", "{outside}/secret.png", "x/../../secret.png"])
def test_a_path_out_of_the_root_is_a_bad_row(folder, place):
    place = place.format(outside=folder.parent)
    path = table(folder, "x/0.png,cat,front", f"{place},dog,back")
    with pytest.raises(UserError, match=r"table\.csv, row 3: .*secret\.png leads out of"):
        image_table.build(path, image="file", label="kind")
    dataset = image_table.build(path, image="file", label="kind", on_bad_row="skip")
    assert len(dataset) == 1
    assert "secret" in dataset.rejected[0].content


def test_a_link_out_of_the_root_is_a_bad_row(folder):
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    with pytest.raises(UserError, match=r"link\.png leads out of"):
        image_table.build(table(folder, "link.png,a,b"), image="file", label="kind")
    wide = image_table.build(
        table(folder, "pictures/link.png,a,b"), image="file", label="kind", root=str(folder.parent)
    )
    assert len(wide) == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("x/9.png,cat,front", r"row 2: x/9\.png cannot be read \(No such file"),
        ("x,cat,front", "row 2: x cannot be read"),
        (",cat,front", "row 2: the path of the image is empty"),
        ("\0,cat,front", "row 2: the path of the image is empty or no path"),
        (f"{'y' * 300}.png,cat,front", "row 2: y+ cannot be read"),
        ("x/0.png,,front", "row 2: `kind` is missing"),
        ("x/0.png,cat", "row 2: 2 cells where the header has 3"),
        ("table.csv,cat,front", r"row 2: table\.csv is no image of a known kind"),
    ],
)
def test_bad_rows_are_named(folder, row, message):
    with pytest.raises(UserError, match=message):
        image_table.build(table(folder, row), image="file", label="kind")


def test_a_missing_root_is_named(folder):
    with pytest.raises(UserError, match="root='nowhere'"):
        image_table.build(table(folder, "x/0.png,a,b"), image="file", label="kind", root="nowhere")
