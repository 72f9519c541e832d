"""Labels that are lists, and numbers in several columns, in every source that reads tables."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from ftkeras.data.from_arrays import from_arrays
from ftkeras.data.sources import csv, image_table, json_lines, parquet
from ftkeras.errors import UserError

ROWS = [("one", ["a", "b"]), ("two", []), ("three", ["c"])]


def test_json_lines_hold_lists(tmp_path):
    path = tmp_path / "films.jsonl"
    lines = [json.dumps({"text": text, "label": label}) for text, label in ROWS]
    path.write_text("\n".join(lines))
    assert json_lines.build(str(path)).labels.tolist() == [("a", "b"), (), ("c",)]


def test_parquet_holds_lists(tmp_path):
    path = tmp_path / "films.parquet"
    texts, labels = zip(*ROWS, strict=True)
    pq.write_table(pa.table({"text": list(texts), "label": list(labels)}), path)
    dataset = parquet.build(str(path))
    assert dataset.labels.tolist() == [("a", "b"), (), ("c",)]
    assert dataset.label_names == ("label",)


def test_other_columns_of_lists_are_still_not_read(tmp_path):
    path = tmp_path / "films.parquet"
    pq.write_table(pa.table({"text": ["x"], "label": [["a"]], "more": [["b"]]}), path)
    assert parquet.build(str(path)).columns == {}


def test_a_list_with_a_hole_is_a_bad_row(tmp_path):
    path = tmp_path / "films.jsonl"
    path.write_text('{"text": "x", "label": ["a", null]}')
    with pytest.raises(UserError, match=r"line 1.*`label` is missing"):
        json_lines.build(str(path))


@pytest.mark.parametrize("kind", ["csv", "json_lines", "parquet", "image_table"])
def test_several_columns_are_one_label(kind, tmp_path):
    table = pa.table({"text": ["x", "y"], "depth": [1.5, 2.0], "age": [3.0, 4.5], "by": ["p", "q"]})
    names, path = ["depth", "age"], tmp_path / f"data.{kind}"
    if kind == "parquet":
        pq.write_table(table, path)
        dataset = parquet.build(str(path), label=names)
    elif kind == "json_lines":
        path.write_text("\n".join(json.dumps(row) for row in table.to_pylist()))
        dataset = json_lines.build(str(path), label=names)
    else:
        table.to_pandas().to_csv(path, index=False)
        if kind == "csv":
            dataset = csv.build(str(path), label=names)
        else:
            for name in "xy":
                grey = np.full((4, 4), ord(name), "uint8")
                Image.fromarray(grey).save(tmp_path / name, format="PNG")
            dataset = image_table.build(str(path), image="text", label=names)
    assert [tuple(map(float, label)) for label in dataset.labels] == [(1.5, 3.0), (2.0, 4.5)]
    assert dataset.label_names == ("depth", "age")
    assert list(dataset.columns) == ["by"]


def test_a_wrong_column_of_several_is_named(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("text,depth,age\nx,1,2\n")
    with pytest.raises(UserError, match=r"`agee`.*label \(2\)='agee'\. Did you mean 'age'"):
        csv.build(str(path), label=["depth", "agee"])


def test_arrays_with_a_row_of_numbers_each():
    dataset = from_arrays(["x", "y"], np.array([[1.5, 2.0], [3.0, 4.0]]))
    assert dataset.labels.tolist() == [(1.5, 2.0), (3.0, 4.0)]
