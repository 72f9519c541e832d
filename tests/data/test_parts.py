import json

import numpy as np
import pytest

from ftkeras import call_string, catalog
from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.lazy_column import LazyColumn
from ftkeras.data.sources.parts import build
from ftkeras.data.splits.given import Given
from ftkeras.errors import UserError


def csv(folder, name, rows, header="text,label,note"):
    path = folder / f"{name}.csv"
    path.write_text("\n".join([header, *rows]))
    return f"csv(path={str(path)!r})"


def test_files_of_their_own_become_parts(tmp_path):
    call = call_string.parse(
        f"parts(train={csv(tmp_path, 'a', ['one,x,1', 'two,y,2', 'three,x,3'])!r}, "
        f"validation={csv(tmp_path, 'b', ['four,y,4'])!r}, "
        f"test={csv(tmp_path, 'c', ['five,x,5', 'ONE,x,6'])!r})"
    )
    assert call_string.parse(str(call)) == call
    dataset = catalog.build("data/sources", call)
    assert dataset.inputs.tolist() == ["one", "two", "three", "four", "five", "ONE"]
    assert dataset.columns["part"].tolist() == ["train"] * 3 + ["validation"] + ["test"] * 2
    assert dataset.columns["note"].tolist() == [1, 2, 3, 4, 5, 6]
    assert dataset.locations[3:5].tolist() == ["b.csv, row 2", "c.csv, row 2"]
    kept, _ = deduplicate(dataset, "part")  # what test holds is dropped from train
    split = Given("part")(kept, seed=0)
    assert sorted(split.take("train", kept).inputs) == ["three", "two"]
    assert sorted(split.take("test", kept).inputs) == ["ONE", "five"]
    assert split.take("validation", kept).inputs.tolist() == ["four"]


def test_columns_that_not_all_parts_have_are_left_out(tmp_path):
    dataset = build(csv(tmp_path, "a", ["one,x"], "text,label"), csv(tmp_path, "b", ["two,y,2"]))
    assert list(dataset.columns) == ["part"]


def test_a_column_of_numbers_here_and_of_texts_there_holds_texts(tmp_path):
    dataset = build(csv(tmp_path, "a", ["one,x,1"]), csv(tmp_path, "b", ["two,y,many"]))
    assert dataset.columns["note"].tolist() == ["1", "many"]


def test_equal_rows_of_tables_are_two_examples(tmp_path):
    rows = ["3,x", "3,x", "4,y"]
    sources = [
        csv(tmp_path, name, rows, "age,label").replace(")", ", numbers='age')") for name in "ab"
    ]
    dataset = build(*sources)
    assert len(set(dataset.ids.tolist())) == 6


def test_bad_rows_of_each_part_are_named(tmp_path):
    sources = [csv(tmp_path, name, ["one,x,1", ",y,2"]) for name in "ab"]
    with pytest.raises(UserError, match=r"a\.csv, row 3"):
        build(*sources)
    dataset = build(*sources, on_bad_row="skip")
    assert [row.location for row in dataset.rejected] == ["a.csv, row 3", "b.csv, row 3"]


def test_texts_left_on_disk_stay_there(tmp_path):
    sources = []
    for name in "ab":
        lines = [json.dumps({"text": f"{name} {row}", "label": "x"}) for row in range(50)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
        sources.append(f"json_lines(path={str(tmp_path / f'{name}.jsonl')!r}, rows_in_memory=10)")
    dataset = build(*sources)
    assert isinstance(dataset.inputs, LazyColumn)
    assert isinstance(dataset.locations, LazyColumn)
    assert dataset.inputs[np.array([99, 0])].tolist() == ["b 49", "a 0"]
    assert dataset.locations[99] == "b.jsonl, line 50"


def test_texts_left_on_disk_stay_there_beside_a_small_part(tmp_path):
    sources = []
    for name, rows in (("a", 50), ("b", 3)):
        lines = [json.dumps({"text": f"{name} {row}", "label": "x"}) for row in range(rows)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
        sources.append(f"json_lines(path={str(tmp_path / f'{name}.jsonl')!r}, rows_in_memory=10)")
    dataset = build(*sources)
    assert isinstance(dataset.inputs, LazyColumn)
    assert dataset.inputs[np.array([52, 0, 49, 50])].tolist() == ["b 2", "a 0", "a 49", "b 0"]
    assert dataset.locations[50] == "b.jsonl, line 1"
    assert dataset.columns["part"].tolist() == ["train"] * 50 + ["test"] * 3


@pytest.mark.parametrize(
    ("train", "test", "told"),
    [
        ("csv(path='none.csv')", "csv(path='none.csv')", r"none\.csv"),
        ("csvv(path='a')", "csv(path='a')", "csvv"),
        ("parts(train='a', test='b')", "csv(path='a')", "source that holds examples"),
        ("csv(paht='a')", "csv(path='a')", "paht"),
        (3, "csv(path='a')", "call string"),
    ],
)
def test_mistakes_are_told_before_anything_is_read(train, test, told):
    with pytest.raises(UserError, match=told):
        build(train, test)


def test_parts_of_different_kinds_are_refused(tmp_path):
    numbers = csv(tmp_path, "b", ["3,x"], "age,label").replace(")", ", numbers='age')")
    with pytest.raises(UserError, match=r"train: text .* test: tabular"):
        build(csv(tmp_path, "a", ["one,x,1"]), numbers)
    (tmp_path / "c.jsonl").write_text(json.dumps({"text": "one", "label": 1}))
    with pytest.raises(UserError, match=r"are texts, test: text with labels that are numbers"):
        build(csv(tmp_path, "a", ["one,x,1"]), f"json_lines(path={str(tmp_path / 'c.jsonl')!r})")
