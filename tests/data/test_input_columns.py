"""Pairs of texts, tables, and several inputs at once in the columns of files."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from ftkeras.data.from_arrays import from_arrays
from ftkeras.data.sources import csv, json_lines, parquet
from ftkeras.errors import UserError

ROWS = [
    {"q1": "How old?", "q2": "What age?", "file": "a.png", "age": "31", "city": "Bern", "same": 1},
    {"q1": "Who?", "q2": "Where?", "file": "b.png", "age": "", "city": "Rome", "same": 0},
    {"q1": "Why?", "q2": "How?", "file": "a.png", "age": "4.5", "city": "", "same": 0},
]


@pytest.fixture(params=["csv", "json_lines", "parquet"])
def read(request, tmp_path):
    """Reads the rows from a file of each kind."""
    for name, shade in (("a.png", 10), ("b.png", 200)):
        Image.new("L", (4, 4), shade).save(tmp_path / name)
    path = tmp_path / f"rows.{request.param}"
    if request.param == "csv":
        lines = [",".join(ROWS[0]), *(",".join(map(str, row.values())) for row in ROWS)]
        path.write_text("\n".join(lines) + "\n")
        build = csv.build
    elif request.param == "json_lines":
        path.write_text("\n".join(map(json.dumps, ROWS)) + "\n")
        build = json_lines.build
    else:
        pq.write_table(pa.Table.from_pylist(ROWS), path)
        build = parquet.build
    return lambda **settings: build(str(path), **{"label": "same", **settings})


def test_two_columns_make_pairs_with_the_ids_they_have_in_memory(read):
    dataset = read(text="q1", second_text="q2")
    pairs = [(row["q1"], row["q2"]) for row in ROWS]
    assert dataset.modality == "text_pair"
    assert dataset.inputs.tolist() == pairs
    assert dataset.ids.tolist() == from_arrays(pairs, [1, 0, 0]).ids.tolist()
    assert set(dataset.columns) == {"file", "age", "city"}
    assert dataset.labels.tolist() == [1, 0, 0] or dataset.labels.tolist() == ["1", "0", "0"]


def test_numbers_and_categories_make_rows_of_a_table(read):
    dataset = read(numbers="age", categories=["city"])
    rows = [{"age": 31.0, "city": "Bern"}, {"age": float("nan"), "city": "Rome"},
            {"age": 4.5, "city": ""}]  # fmt: skip
    assert dataset.modality == "tabular"
    for found, row in zip(dataset.inputs, rows, strict=True):
        np.testing.assert_equal(found, row)
    assert dataset.ids.tolist() == from_arrays(rows, [1, 0, 0]).ids.tolist()
    assert dataset.columns["city"].tolist() == ["Bern", "Rome", ""]
    assert "age" not in dataset.columns


def test_images_stand_beside_texts_and_numbers(read, tmp_path):
    dataset = read(text="q1", image="file", numbers="age")
    assert dataset.modality == "multimodal"
    first = dataset.inputs[0]
    assert first == {"text": "How old?", "image": str(tmp_path / "a.png"), "tabular": {"age": 31.0}}
    assert len(set(dataset.ids)) == 3
    alone = read(image="file")
    assert alone.modality == "image"
    assert alone.ids[0] == alone.ids[2] != alone.ids[1]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"text": "q1", "second_text": "q3"}, "second_text='q3'"),
        ({"numbers": "age,city"}, "`city` is 'Bern', not a number"),
        ({"image": "city"}, "Bern cannot be read"),
        ({"text": "q1", "root": "pictures"}, "root='pictures', image=None"),
        ({"image": "file", "root": "no_such_folder"}, "Expected `root` to be a folder"),
        ({"text": "q1", "second_text": "q1"}, "Expected different columns"),
    ],
)
def test_what_cannot_be_read_is_named(read, settings, says):
    with pytest.raises(UserError, match=says):
        read(**settings)


def test_bad_rows_are_left_out_with_their_column(read):
    dataset = read(text="q1", numbers="city", on_bad_row="skip", label="age")
    assert [(row.column, "row" in row.location or "line" in row.location)
            for row in dataset.rejected] == [("city", True), ("city", True)]  # fmt: skip
    assert len(dataset) == 1
