import datetime
import pathlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftkeras import call_string, catalog
from ftkeras.data.sources import csv, parquet
from ftkeras.errors import UserError


def write(folder, name="reviews.parquet", **columns):
    columns = columns or {"text": ["a", "b"], "label": ["x", "y"]}
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), folder / name)
    return str(folder / name)


def test_a_table_is_read_as_pandas_wrote_it(tmp_path):
    frame = pd.DataFrame(
        {
            "text": ["fine", "dull"],
            "label": pd.Categorical(["p", "n"]),
            "day": pd.to_datetime(["2024-01-02", "2024-03-04"]),
            "stars": [5, None],
            "tags": [[1], [2]],
        }
    )
    frame.to_parquet(tmp_path / "frame.parquet")
    call = call_string.parse(f"parquet(path={str(tmp_path / 'frame.parquet')!r})")
    dataset = catalog.build("data/sources", call)
    assert dataset.labels.tolist() == ["p", "n"]
    assert set(dataset.columns) == {"day", "stars"}
    assert dataset.columns["day"][0].startswith("2024-01-02")
    np.testing.assert_array_equal(dataset.columns["stars"], [5, np.nan])


def test_a_folder_and_a_pattern_read_all_files_in_order(tmp_path):
    write(tmp_path, "b/1.parquet", text=["three"], label=[3])
    write(tmp_path, "a.parquet", text=["one", "two"], label=[1, 2])
    (tmp_path / "notes.txt").write_text("no table")
    dataset = parquet.build(str(tmp_path))
    assert dataset.inputs.tolist() == ["one", "two", "three"]
    assert dataset.locations.tolist()[1:] == ["a.parquet, row 1", "b/1.parquet, row 0"]
    assert parquet.build(str(tmp_path / "*.parquet")).inputs.tolist() == ["one", "two"]


def test_the_same_texts_have_the_ids_that_csv_gives(tmp_path):
    (tmp_path / "t.csv").write_text("text,label\na,x\nb,y\n")
    expected = csv.build(str(tmp_path / "t.csv")).ids.tolist()
    assert parquet.build(write(tmp_path)).ids.tolist() == expected


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"txt": ["a"], "label": [1]}, r"Did you mean 'txt'\?"),
        ({"text": [["a"]], "label": [1]}, "text: list<"),
        ({"text": ["a"], "label": [b"x"]}, "label: binary"),
        ({"text": ["a", None], "label": [1, 2]}, "row 1: `text` is missing"),
        ({"text": ["a", "b"], "label": [1.0, float("nan")]}, "row 1: `label` is missing"),
        (
            {"text": pa.array([], pa.string()), "label": pa.array([], pa.int64())},
            "received: no usable row of",
        ),
    ],
)
def test_bad_tables_end_in_a_message(tmp_path, columns, message):
    with pytest.raises(UserError, match=f"(?i){message}"):
        parquet.build(write(tmp_path, **columns))


def test_files_that_differ_are_refused(tmp_path):
    write(tmp_path, "1.parquet")
    write(tmp_path, "2.parquet", text=["c"], label=["x"], day=[datetime.date(2024, 1, 1)])
    with pytest.raises(UserError, match=r"2\.parquet with text, label, day"):
        parquet.build(str(tmp_path))


def test_missing_files_are_named(tmp_path):
    write(tmp_path)
    with pytest.raises(UserError, match=r"Did you mean 'reviews\.parquet'"):
        parquet.build(str(tmp_path / "review.parquet"))
    for path in (tmp_path / "x*.parquet", tmp_path / "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(UserError, match="where there are none"):
            parquet.build(str(path))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=4),
    cut=st.integers(0, 100),
)
def test_any_damage_gives_a_dataset_or_a_user_error(tmp_path, edits, cut):
    content = bytearray(pathlib.Path(write(tmp_path)).read_bytes())
    for place, value in edits:
        content[place % len(content)] = value
    (tmp_path / "reviews.parquet").write_bytes(bytes(content[: len(content) - cut]))
    try:
        dataset = parquet.build(str(tmp_path / "reviews.parquet"))
    except UserError:
        return
    assert len(dataset) <= 2
