"""Masks as labels: read, numbered, brought to the network's size and back."""

import io

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import map_coordinates

from ftkeras.backbones.preprocessing.image import Image as Preprocess
from ftkeras.contracts.dataset import Dataset
from ftkeras.data import table
from ftkeras.errors import UserError
from ftkeras.mask import Mask, decode
from ftkeras.tasks.semantic_segmentation import SemanticSegmentation, pixels_of


def labels(*masks):
    return table.object_array([np.array(mask, np.uint8) for mask in masks])


def examples(images):
    ids = np.arange(len(images)).astype(str)
    return Dataset("image", ids, table.object_array(images), ids, ids.astype(object))


def encoded(task, *masks):
    vocabulary = task.fit_labels(labels(*masks))
    return [decode(png).tolist() for png in task.encode(labels(*masks), vocabulary)]


def test_values_that_occur_are_classes():
    task = SemanticSegmentation()
    vocabulary = task.fit_labels(labels([[7, 3]], [[3, 255]]))
    assert vocabulary.class_names == ("3", "7")
    assert encoded(task, [[7, 3]], [[3, 255]]) == [[[1, 0]], [[0, 255]]]


def test_names_are_those_of_the_values():
    task = SemanticSegmentation(class_names=["sky", "tree", "road"])
    assert task.fit_labels(labels([[0, 1]])).class_names == ("sky", "tree", "road")
    assert encoded(task, [[0, 1, 2]]) == [[[0, 1, 2]]]


def test_values_may_be_any_numbers():
    task = SemanticSegmentation(class_names=["no", "yes"], values=[0, 255], ignore=128)
    assert encoded(task, [[0, 255, 128]]) == [[[0, 1, 255]]]


def test_what_was_read_stays_as_it_is():
    task = SemanticSegmentation(values=[255, 0], ignore=None)
    once = task.read(labels([[255, 0]]))
    again = task.read(once)
    assert again[0] is once[0]
    assert once[0].classes.tolist() == [[0, 1]]


def test_files_bytes_and_arrays_are_read_alike(tmp_path):
    pixels = np.array([[0, 1], [2, 255]], np.uint8)
    palette = Image.fromarray(pixels).convert("L")
    palette.putpalette(bytes(range(255, -1, -1)) * 3)
    palette.save(tmp_path / "palette.png")
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    given = table.object_array(
        [str(tmp_path / "palette.png"), file.getvalue(), pixels, pixels[..., None]]
    )
    assert {mask.digest for mask in SemanticSegmentation().read(given)} == {Mask.of(pixels).digest}


def test_one_class_is_refused_with_advice():
    with pytest.raises(UserError, match=r"values=\[0, 255\], ignore=None"):
        SemanticSegmentation().fit_labels(labels([[0, 255]]))


def test_unknown_classes_are_none():
    task = SemanticSegmentation()
    vocabulary = task.fit_labels(labels([[0, 1]]))
    found = task.encode(labels([[0, 1]], [[0, 2]]), vocabulary)
    assert [png is None for png in found] == [False, True]


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        (np.zeros((2, 2, 3), np.uint8), "array"),
        (np.zeros((2, 2)), "float64"),
        (np.full((2, 2), 300), "from 300 to 300"),
        ("no_such_file.png", "cannot be read"),
        (b"no picture", "no mask of a known kind"),
        (3, "not a mask"),
    ],
)
def test_what_is_no_mask_is_named_with_its_place(label, reason):
    with pytest.raises(UserError, match=f"row 9: .*{reason}"):
        SemanticSegmentation().read(table.object_array([label]), ["row 9"])


def test_colours_are_refused_with_a_hint():
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, format="PNG")
    with pytest.raises(UserError, match=r"holds colours \(RGB\).*convert\('L'\)"):
        SemanticSegmentation().read(table.object_array([file.getvalue()]), ["a.png"])


def test_a_value_that_was_not_named_is_told():
    with pytest.raises(UserError, match=r"the value 9, which is not among values=\[0, 1\]"):
        SemanticSegmentation(values=[0, 1]).read(labels([[0, 9]]), ["row 1"])
    with pytest.raises(UserError, match="the value 255, which is not a class without `values`"):
        SemanticSegmentation(ignore=0).read(labels([[0, 255]]), ["row 1"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"class_names": ["one"]},
        {"class_names": ["a", "a"]},
        {"values": [0, 300]},
        {"values": [0, 0]},
        {"values": [0, 255]},  # which is ignored
        {"values": [0, 1, 2], "class_names": ["a", "b"]},
        {"ignore": 256},
    ],
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(UserError, match="Received"):
        SemanticSegmentation(**wrong)


def test_a_smaller_network_sees_the_nearest_pixels():
    mask = np.random.default_rng(0).integers(0, 5, (30, 50)).astype(np.uint8)
    task, sees = SemanticSegmentation(), Preprocess((10, 10), fit="stretch")
    found = task.targets(table.object_array([Mask.of(mask).png]), examples([]), sees)
    rows, columns = np.floor((np.arange(10) + 0.5) * 3), np.floor((np.arange(10) + 0.5) * 5)
    np.testing.assert_array_equal(found[0], mask[np.ix_(rows.astype(int), columns.astype(int))])


def test_what_is_beside_the_picture_is_left_out():
    task, sees = SemanticSegmentation(), Preprocess((8, 8), fit="pad")
    found = task.targets(
        table.object_array([Mask.of(np.ones((4, 8), int)).png]), examples([]), sees
    )
    assert (found[0, 2:6] == 1).all()
    assert (found[0, [0, 1, 6, 7]] == 255).all()


@pytest.mark.parametrize(("fit", "size"), [("stretch", (31, 45)), ("stretch", (7, 5))])
def test_answers_are_interpolated_to_the_size_of_the_picture(fit, size):
    """SciPy's linear interpolation between the middles of pixels, the edges carried on."""
    logits = np.random.default_rng(1).normal(size=(1, 12, 16, 4)).astype("float32")
    picture = np.zeros((*size, 3), np.uint8)
    [png] = SemanticSegmentation().answers(
        logits, examples([picture]), Preprocess((12, 16), fit=fit)
    )
    rows = (np.arange(size[0]) + 0.5) * 12 / size[0] - 0.5
    columns = (np.arange(size[1]) + 0.5) * 16 / size[1] - 0.5
    places = np.meshgrid(rows, columns, indexing="ij")
    expected = [
        map_coordinates(logits[0, ..., k].astype("float64"), places, order=1, mode="nearest")
        for k in range(4)
    ]
    np.testing.assert_array_equal(decode(png), np.argmax(expected, axis=0))


@pytest.mark.parametrize("fit", ["crop", "stretch", "pad"])
@pytest.mark.parametrize("size", [(20, 30), (64, 48)])
def test_a_perfect_network_gives_the_mask_back(fit, size):
    mask = np.zeros(size, np.uint8)
    mask[size[0] // 4 : size[0] // 2, size[1] // 3 : 2 * size[1] // 3] = 1
    task, sees = SemanticSegmentation(), Preprocess((80, 80), fit=fit)
    [target] = task.targets(table.object_array([Mask.of(mask).png]), examples([]), sees)
    logits = (target[None, ..., None] == np.arange(2)).astype("float32")
    [png] = task.answers(logits, examples([np.zeros((*size, 3), np.uint8)]), sees)
    assert (decode(png) == mask).mean() > 0.97


def test_pixels_are_counted():
    pngs = [Mask.of(np.array([[0, 1, 1]])).png, Mask.of(np.array([[255, 1]])).png]
    assert pixels_of(pngs, 3).tolist() == [1, 3, 0]
