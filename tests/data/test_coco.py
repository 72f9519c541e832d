"""COCO files: read as pycocotools reads them, judged object by object, and fuzzed."""

import json

import numpy as np
import pytest
from hostile_files import image_bytes, outcome, png_of
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from pycocotools.coco import COCO

from ftkeras.contracts.box import Box
from ftkeras.data.sources import coco, image_table, json_lines
from ftkeras.errors import UserError

FUZZ = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)


def instances(images=(), categories=({"id": 1, "name": "cat"},), annotations=()):
    return {
        "images": list(images),
        "categories": list(categories),
        "annotations": list(annotations),
    }


def box(image, sides, category=1, **more):
    return {"image_id": image, "category_id": category, "bbox": sides, **more}


@pytest.fixture
def write(tmp_path):
    Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
    Image.new("RGB", (20, 50), "red").save(tmp_path / "b.png")

    def written(content):
        path = tmp_path / "labels.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return written


ONE = {"id": 5, "file_name": "a.png"}


def test_boxes_are_those_that_pycocotools_reads(write, capsys):
    generator = np.random.default_rng(0)
    annotations = []
    for number in range(12):
        left, top = generator.uniform(0, 15, 2)
        sides = [left, top, *generator.uniform(1, 5, 2)]
        annotations.append(
            box(int(generator.choice([5, 9])), sides, int(generator.choice([3, 8])), id=number,
                iscrowd=int(number % 4 == 0), area=sides[2] * sides[3])
        )  # fmt: skip
    path = write(
        instances(
            [ONE, {"id": 9, "file_name": "b.png", "site": "north"}],
            [{"id": 3, "name": "dog"}, {"id": 8, "name": "cat"}],
            annotations,
        )
    )
    dataset = coco.build(path)
    reference = COCO(path)
    assert dataset.modality == "image"
    assert dataset.columns["site"].tolist() == ["", "north"]
    for row, key in enumerate((5, 9)):
        expected = [
            Box(
                reference.cats[one["category_id"]]["name"],
                *one["bbox"][:2],
                one["bbox"][0] + one["bbox"][2],
                one["bbox"][1] + one["bbox"][3],
                bool(one["iscrowd"]),
            )
            for one in reference.loadAnns(reference.getAnnIds(imgIds=key))
        ]
        assert sorted(dataset.labels[row]) == sorted(expected)
        assert dataset.inputs[row].endswith(reference.imgs[key]["file_name"])


def test_an_image_of_another_size_than_its_boxes_are_for_is_refused(write):
    sized = {**ONE, "width": 40, "height": 30}
    assert len(coco.build(write(instances([sized])))) == 1
    with pytest.raises(UserError, match=r"has 40 x 30 pixels when it is upright.*are for 30 x 40"):
        coco.build(write(instances([{**ONE, "width": 30, "height": 40}])))


def test_a_table_of_boxes_holds_to_its_limit_of_pixels(write, tmp_path):
    write("{}")
    (tmp_path / "t.csv").write_text("image,label\na.png,[]\n")
    table = str(tmp_path / "t.csv")
    assert len(image_table.build(table, boxes="xyxy", max_pixels=1200)) == 1
    with pytest.raises(UserError, match="max_pixels=1199"):
        image_table.build(table, boxes="xyxy", max_pixels=1199)
    with pytest.raises(UserError, match=r"masks or boxes.*Leave one of them out"):
        image_table.build(table, boxes="xyxy", mask="label")


def test_an_image_may_hold_nothing(write):
    dataset = coco.build(write(instances([ONE])))
    assert dataset.labels.tolist() == [()]


def test_rounding_at_the_edge_is_cut_off(write):
    dataset = coco.build(write(instances([ONE], annotations=[box(5, [-0.5, 0, 41, 30.5])])))
    assert dataset.labels[0] == (Box("cat", 0, 0, 40, 30),)


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (box(5, [0, 0, 0, 5]), "no area"),
        (box(5, [0, 0, -3, 5]), "no area"),
        (box(5, [10, 10, 50, 5]), "leaves the image of 40 x 30"),
        (box(5, [-5, 0, 10, 5]), "leaves the image"),
        (box(5, [0, 0, 5]), "not four finite numbers"),
        (box(5, [0, 0, 5, float("nan")]), "not four finite numbers"),
        (box(5, [0, 0, 5, 10**400]), "not four finite numbers"),
        (box(5, [0, 0, "5", 5]), "not four finite numbers"),
        (box(5, None), "not four finite numbers"),
        (box(5, [0, 0, 5, 5], category=2), "is missing"),
        (box(5, [0, 0, 5, 5], iscrowd=7), "neither 0 nor 1"),
    ],
)
def test_a_wrong_box_names_file_image_and_object(write, annotation, words):
    path = write(instances([ONE], annotations=[{**annotation, "id": 77}]))
    with pytest.raises(UserError) as error:
        coco.build(path)
    for told in ("labels.json", "a.png", "annotation 77", words):
        assert told in str(error.value)


def test_images_with_a_wrong_box_can_be_left_out(write):
    images = [ONE, {"id": 9, "file_name": "b.png"}, {"id": 10, "file_name": "c.png"}]
    path = write(instances(images, annotations=[box(5, [0, 0, 5, 0]), box(11, [0, 0, 1, 1])]))
    dataset = coco.build(path, on_bad_row="quarantine")
    assert [one.rpartition("/")[2] for one in dataset.inputs] == ["b.png"]
    reasons = " ".join(row.reason for row in dataset.rejected)
    for told in ("no area", "there is no image 11", "cannot be read"):
        assert told in reasons


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "{}", "{", '{"images": 1}', "[" * 100_000,
        instances([{"file_name": "a.png"}]), instances([ONE, ONE]), instances([3]),
        instances([ONE], [{"id": 1}]), instances([ONE], [{"id": 1, "name": ""}] * 2),
        instances([{"id": [], "file_name": "a.png"}]),
    ],
)  # fmt: skip
def test_what_is_no_coco_is_refused(write, content):
    path = write(content)
    with pytest.raises(UserError, match=r"labels\.json.*|Received"):
        coco.build(path)


def test_paths_that_lead_out_of_the_folder_are_refused(write, tmp_path):
    outside = tmp_path.parent / "outside.png"
    Image.new("RGB", (4, 4)).save(outside)
    for name in ("../outside.png", str(outside), "a\0.png", ""):
        path = write(instances([{"id": 1, "file_name": name}]))
        with pytest.raises(UserError, match="Received"):
            coco.build(path)
    (tmp_path / "link.png").symlink_to(outside)
    with pytest.raises(UserError, match="leads out"):
        coco.build(write(instances([{"id": 1, "file_name": "link.png"}])))


def test_bombs_are_refused_unopened(write, tmp_path):
    (tmp_path / "bomb.png").write_bytes(png_of(60_000, 60_000))
    with pytest.raises(UserError, match="pixels"):
        coco.build(write(instances([{"id": 1, "file_name": "bomb.png"}])))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 50) | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
OBJECTS = st.dictionaries(
    st.sampled_from(
        ["id", "image_id", "category_id", "bbox", "iscrowd", "file_name", "name", "label", "box"]
    ),
    VALUES | st.just("a.png") | st.just([1, 2, 3, 4]) | st.just(5) | st.just(1),
)


@FUZZ
@given(
    images=st.lists(OBJECTS, max_size=3),
    categories=st.lists(OBJECTS, max_size=2),
    annotations=st.lists(OBJECTS, max_size=4),
    policy=st.sampled_from(["error", "skip", "quarantine"]),
)
@example(images=[ONE], categories=[{"id": 1, "name": 3}], annotations=[box(5, [1, 1, 1, 1])],
         policy="skip")  # fmt: skip
@example(images=[ONE], categories=[], annotations=[box([], {})], policy="skip")
def test_any_objects_as_coco(tmp_path, images, categories, annotations, policy):
    (tmp_path / "a.png").write_bytes(image_bytes("PNG"))
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(instances([ONE, *images], categories, annotations)))
    found = outcome(coco.build, str(path), on_bad_row=policy)
    for label in () if found is None else found.labels:
        assert all(0 <= one.left < one.right <= 12 and one.area > 0 for one in label)


@FUZZ
@given(data=st.binary(max_size=100))
def test_any_bytes_as_coco(tmp_path, data):
    path = tmp_path / "labels.json"
    path.write_bytes(data)
    outcome(coco.build, str(path), named="labels.json")


@FUZZ
@given(cell=st.lists(OBJECTS | VALUES, max_size=3) | VALUES)
@example(cell=[{"label": "cat", "box": [1, 2, 3, 4]}])
@example(cell=[])
def test_any_cell_as_boxes(tmp_path, cell):
    (tmp_path / "a.png").write_bytes(image_bytes("PNG"))
    line = json.dumps({"file": "a.png", "objects": cell, "site": "x"})
    (tmp_path / "t.jsonl").write_text(line + "\n")
    found = outcome(
        json_lines.build, str(tmp_path / "t.jsonl"), image="file", label="objects", boxes="xyxy"
    )
    as_text = json.dumps(cell).replace('"', '""')
    (tmp_path / "t.csv").write_text(f'file,objects\na.png,"{as_text}"\n')
    same = outcome(
        image_table.build, str(tmp_path / "t.csv"), image="file", label="objects", boxes="xyxy"
    )
    assert (found is None) == (same is None)
    if found is not None and same is not None:
        assert found.labels.tolist() == same.labels.tolist()
        assert found.columns["site"].tolist() == ["x"]


def test_a_table_of_boxes_says_how_they_are_written(tmp_path):
    (tmp_path / "a.png").write_bytes(image_bytes("PNG"))
    cell = [{"label": "cat", "box": [1, 2, 3, 4], "is_crowd": True}]
    (tmp_path / "t.jsonl").write_text(json.dumps({"image": "a.png", "label": cell}) + "\n")
    read = {
        form: json_lines.build(str(tmp_path / "t.jsonl"), image="image", boxes=form).labels[0][0]
        for form in ("xyxy", "xywh")
    }
    assert read["xyxy"] == Box("cat", 1, 2, 3, 4, True)
    assert read["xywh"] == Box("cat", 1, 2, 4, 6, True)
    with pytest.raises(UserError, match="xyxy"):
        json_lines.build(str(tmp_path / "t.jsonl"), image="image", boxes="yxyx")
    with pytest.raises(UserError, match="column of images"):
        json_lines.build(str(tmp_path / "t.jsonl"), text="image", boxes="xyxy")
