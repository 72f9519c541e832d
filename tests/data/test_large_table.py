import hashlib
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ftkeras import catalog, seeds
from ftkeras.call_string import Call
from ftkeras.contracts.ids import has_repeats, sortable
from ftkeras.contracts.split import PARTS
from ftkeras.data import drawing, repeats
from ftkeras.data.checks.exact_duplicates import ExactDuplicates
from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.lazy_column import LazyColumn
from ftkeras.data.run_checks import run_checks
from ftkeras.data.sources import parquet
from ftkeras.data.texts_on_disk import TextsOnDisk

ROWS = 50_000
RULES = [
    Call("stratified"),
    Call("random"),
    Call("hashed"),
    Call("grouped", {"column": "author"}),
    Call("by_time", {"column": "year"}),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of Parquet files: 50,000 rows with repeats, contradictions and bad rows."""
    place = tmp_path_factory.mktemp("large")
    random = np.random.default_rng(0)
    words = np.array(["good", "bad", "größer", "film", "the", "a", "日本", "b\U0001f600"])
    for number in range(4):
        size = ROWS // 4
        chosen = words[random.integers(0, len(words), (size, 6))]
        texts = [f"{' '.join(row)} {random.integers(0, 30_000)}" for row in chosen.tolist()]
        texts[10] = "" if number == 1 else texts[10]
        texts[20:30] = [text.upper() for text in texts[30:40]]  # say the same
        labels = random.choice(["x", "y", "z"], size).tolist()
        table = {
            "text": texts,
            "label": [None if (number, row) == (2, 7) else v for row, v in enumerate(labels)],
            "author": [f"author {row % 997}" for row in range(size)],
            "year": random.integers(1990, 2020, size),
            "share": np.where(random.random(size) < 0.1, np.nan, random.random(size)),
        }
        pq.write_table(pa.table(table), place / f"{number}.parquet", row_group_size=5000)
    return place


@pytest.fixture(scope="module")
def both(folder):
    """The same rows read into memory, and left on disk."""
    return tuple(
        parquet.build(str(folder), rows_in_memory=limit, on_bad_row="skip")
        for limit in (1_000_000, 0)
    )


def test_texts_left_on_disk_are_those_in_memory(both):
    inside, outside = both
    assert isinstance(outside.inputs, LazyColumn)
    assert len(inside) == len(outside) == ROWS - 2
    assert inside.ids.tolist() == outside.ids.tolist()
    assert inside.inputs.tolist() == outside.inputs.tolist()
    assert inside.labels.tolist() == outside.labels.tolist()
    assert inside.locations.tolist() == outside.locations.tolist()
    assert inside.rejected == outside.rejected
    assert [row.location for row in outside.rejected] == [
        "1.parquet, row 10", "2.parquet, row 7",
    ]  # fmt: skip
    assert list(inside.columns) == list(outside.columns) == ["author", "year", "share"]
    for name, values in inside.columns.items():
        np.testing.assert_array_equal(values, outside.columns[name])
        assert values.dtype == outside.columns[name].dtype


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_both_are_deduplicated_and_split_alike(both, rule):
    splits = []
    for dataset in both:
        kept, report = deduplicate(dataset)
        split = catalog.build("data/splits", rule)(kept, seed=3)
        splits.append((split, report.dropped))
        parts = [split.take(part, kept) for part in PARTS]
        assert sum(map(len, parts)) == len(kept)
        for part, examples in zip(PARTS, parts, strict=True):
            assert examples.ids.tolist() == split.ids(part).tolist()
    (inside, dropped), (outside, dropped_outside) = splits
    assert dropped == dropped_outside
    assert min(dropped.values()) > 0
    assert inside.digest == outside.digest
    for part in PARTS:
        assert inside.ids(part).tolist() == outside.ids(part).tolist()


def test_exact_repeats_are_those_that_a_dictionary_finds(both):
    seen, expected = {}, 0
    for text in both[0].inputs.tolist():
        key = " ".join(text.casefold().split())
        expected += key in seen
        seen[key] = True
    for dataset in both:
        found = repeats.find(dataset)
        assert len(found.kept) == len(seen)
        assert len(dataset) - len(found.kept) == expected > 0


def test_leaks_between_parts_are_found_in_both_alike(both):
    told = []
    for dataset in both:
        split = catalog.build("data/splits", Call("random"))(_distinct(dataset), seed=0)
        told.append([(f.severity, f.count, f.message) for f in ExactDuplicates()(dataset, split)])
    assert told[0] == told[1]
    assert "error" in {severity for severity, *_ in told[0]}


def _distinct(dataset):
    """Examples of distinct ids, of which some still say the same."""
    return dataset.take(np.sort(np.unique(dataset.ids, return_index=True)[1]))


def test_the_drawn_order_is_that_of_the_digests_of_each_id(both):
    seed = seeds.child(5, "split")
    keys = [hashlib.sha256(f"{seed}/{id_}".encode()).digest() for id_ in both[0].ids.tolist()]
    expected = sorted(range(len(keys)), key=keys.__getitem__)
    for dataset in both:
        assert drawing.drawn_order(dataset, 5).tolist() == expected


def test_the_digest_of_a_split_is_that_of_its_sorted_ids(both):
    split = catalog.build("data/splits", Call("random"))(_distinct(both[1]), seed=0)
    lines = [" ".join([part, *sorted(split.ids(part).tolist())]) for part in PARTS]
    assert split.digest == hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_checks_of_words_look_at_a_sample_of_a_large_table_and_say_so(both, monkeypatch):
    marked = both[1].take(np.arange(2000))
    labels = np.where(np.char.find(marked.inputs.tolist(), "film") >= 0, "film", "none")
    marked = type(marked)(**{**vars(marked), "labels": labels})
    plain = catalog.constant
    monkeypatch.setattr(catalog, "constant", lambda *a: 500 if a[-1] == "LARGEST" else plain(*a))
    (found,) = run_checks(marked, checks=[Call("giveaway_words")])
    assert "500 examples at equal distances" in found.message


def test_a_lazy_column_is_chosen_from_without_reading():
    read = []

    def values(rows):
        read.extend(rows.tolist())
        return [int(row) ** 2 for row in rows]

    column = LazyColumn(values, np.arange(100))
    chosen = column[np.arange(100) % 2 == 1][10:20][::-1][[0, 1]]
    assert not read
    assert chosen.tolist() == [39**2, 37**2]
    assert read == [39, 37]
    assert column[-1] == 99**2
    assert np.asarray(chosen).dtype == object
    assert (len(chosen), chosen.shape) == (2, (2,))
    with pytest.raises(IndexError):
        column[100]


def test_texts_on_disk_come_back_in_any_order_and_leave_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    texts = [f"text {row} " + "ä\0\n€" * (row % 7) for row in range(3000)] + [""]
    stored = TextsOnDisk()
    for first in range(0, len(texts), 700):
        stored.extend(texts[first : first + 700])
    column = stored.column()
    order = np.random.default_rng(1).permutation(len(texts))
    assert column[order].tolist() == [texts[row] for row in order]
    assert column.tolist() == texts
    assert column[[]].tolist() == []
    assert os.listdir(tmp_path) == []  # it has no name, so nothing is left by a killed process


def test_ids_sort_alike_in_every_form():
    ids = [hashlib.sha256(str(row).encode()).hexdigest()[:32] for row in range(500)]
    plain = np.array(ids)
    long = np.array(ids, np.dtypes.StringDType())
    assert np.argsort(sortable(long)).tolist() == np.argsort(plain).tolist()
    assert sortable(long).dtype == "S32"
    assert not has_repeats(long)
    assert has_repeats(np.concatenate([long, long[7:8]]))
    odd = np.array(["é", "e", "a" * 100], np.dtypes.StringDType())
    assert sortable(odd).tolist() == odd.tolist()
