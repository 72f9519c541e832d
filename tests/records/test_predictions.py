from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ftkeras.errors import UserError
from ftkeras.records.predictions import Predictions


@pytest.fixture
def predictions():
    generator = np.random.default_rng(0)
    return Predictions(
        ids=np.array(["a", "b", "c"]),
        labels=np.array([0, 1, 2]),
        logits=generator.normal(size=(3, 3)).astype("float32"),
        splits=np.array(["validation", "test", "test"]),
        task="multiclass",
        class_names=("x", "y", "z"),
        columns={"length": np.array([3, 1, 2]), "language": np.array(["en", "de", "中文"])},
        previews=np.array(["one", "two", "ثلاثة"], dtype=object),
    )


def test_everything_written_is_read_again_to_the_bit(predictions, tmp_path):
    predictions.write(tmp_path / "p.parquet")
    again = Predictions.read(tmp_path / "p.parquet")
    assert again.logits.dtype == np.float32
    for name in ("ids", "labels", "logits", "splits", "previews"):
        np.testing.assert_array_equal(getattr(again, name), getattr(predictions, name))
    assert again.class_names == predictions.class_names
    assert again.columns["length"].tolist() == [3, 1, 2]
    assert again.columns["language"].tolist() == ["en", "de", "中文"]


def test_any_reader_of_parquet_finds_the_stated_columns(predictions, tmp_path):
    predictions.write(tmp_path / "p.parquet")
    frame = pq.read_table(tmp_path / "p.parquet").to_pandas()
    assert list(frame.columns[:4]) == ["id", "label", "logits", "split"]
    np.testing.assert_array_equal(np.stack(frame["logits"]), predictions.logits)


def test_a_part_holds_its_rows_only(predictions):
    part = predictions.part("test")
    assert part.ids.tolist() == ["b", "c"]
    assert part.columns["length"].tolist() == [1, 2]


def test_a_sliced_part_is_written_as_it_is(predictions, tmp_path):
    predictions.part("test").write(tmp_path / "p.parquet")
    again = Predictions.read(tmp_path / "p.parquet")
    np.testing.assert_array_equal(again.logits, predictions.logits[1:])


@pytest.mark.parametrize(
    ("labels", "logits"),
    [
        (np.array([[0, 1], [1, 1], [0, 0]], "int8"), np.ones((3, 2))),
        (np.array([0.1, -2e9, 3.0]), np.ones((3, 1))),
        (np.array([[0.1, 2], [1, 1 / 3], [0, 0]]), np.ones((3, 2))),
        (np.array([[0, 1, -1], [1, -1, -1], [0, 0, 1]]), np.arange(18.0).reshape(3, 3, 2)),
    ],
    ids=["labels", "number", "numbers", "tags"],
)
def test_labels_of_every_kind_are_read_as_they_were(predictions, labels, logits, tmp_path):
    given = replace(predictions, labels=labels, logits=logits.astype("float32")).part("test")
    given.write(tmp_path / "p.parquet")
    again = Predictions.read(tmp_path / "p.parquet")
    assert (again.labels.dtype, again.logits.dtype) == (labels.dtype, np.float32)
    np.testing.assert_array_equal(again.labels, labels[1:])
    np.testing.assert_array_equal(again.logits, logits[1:])


def test_a_file_from_before_labels_had_shapes_is_read(predictions, tmp_path):
    table = pa.table(
        {
            "id": ["a", "b"],
            "label": pa.array([1, 0], pa.int64()),
            "logits": pa.FixedSizeListArray.from_arrays(pa.array([1.5, -2.0], pa.float32()), 1),
            "split": ["test", "test"],
        }
    ).replace_schema_metadata({"ftkeras": '{"task": "binary", "class_names": ["no", "yes"]}'})
    pq.write_table(table, tmp_path / "p.parquet")
    old = Predictions.read(tmp_path / "p.parquet")
    assert old.labels.tolist() == [1, 0]
    assert old.logits.tolist() == [[1.5], [-2.0]]


@pytest.mark.parametrize("content", [None, b"not parquet at all"])
def test_a_missing_or_foreign_file_is_refused(tmp_path, content):
    path = tmp_path / "p.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match="Received: path="):
        Predictions.read(path)


@pytest.mark.parametrize(
    "things",
    [
        [{"boxes": [[0.0, 1.0, 2.0, 3.0]], "labels": [0]}, {"boxes": [], "labels": []}],
        [b"one", b"two"],
        [["a", "b"], []],
    ],
)
def test_objects_come_back_as_they_were(tmp_path, things):
    objects = np.empty(2, object)
    objects[:] = things
    nothing = np.zeros((2, 0), "float32")
    ids, splits = np.array(["a", "b"]), np.array(["validation", "test"])
    Predictions(ids, objects, nothing, splits, "binary", ("x",), answers=objects[::-1]).write(
        tmp_path / "p.parquet"
    )
    found = Predictions.read(tmp_path / "p.parquet")
    assert found.labels.tolist() == things
    assert found.part("test").answers.tolist() == things[:1]
    assert found.logits.shape == (2, 0)
