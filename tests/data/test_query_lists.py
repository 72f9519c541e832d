from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftkeras.data.deduplicate import deduplicate
from ftkeras.data.from_arrays import from_arrays
from ftkeras.data.query_lists import query_lists
from ftkeras.data.splits.stratified import Stratified
from ftkeras.errors import UserError

ROWS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.text("xyz", min_size=1, max_size=3)),
    min_size=1,
    max_size=30,
    unique=True,
)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, seed=st.integers(0, 99))
def test_every_row_is_in_the_list_of_its_query_once(rows, seed):
    labels = np.random.default_rng(seed).integers(0, 3, len(rows))
    lists = query_lists(from_arrays(rows, labels))
    assert sorted(pair for row in lists.inputs for pair in row) == sorted(rows)
    grades = {
        pair: grade
        for row, grades_of_row in zip(lists.inputs, lists.labels, strict=True)
        for pair, grade in zip(row, grades_of_row, strict=True)
    }
    assert grades == dict(zip(rows, labels.tolist(), strict=True))
    assert all(len({query for query, _ in row}) == 1 for row in lists.inputs)
    assert len(lists) == len({query for query, _ in rows}) == len(set(lists.ids))


def test_an_id_knows_the_documents_and_not_their_order():
    rows = [("q", "a"), ("q", "b"), ("q", "c")]
    forwards, backwards = (from_arrays(r, [1, 1, 1]) for r in (rows, rows[::-1]))
    fewer = from_arrays(rows[:2], [1, 1])
    ids = [query_lists(each).ids[0] for each in (forwards, backwards, fewer)]
    assert ids[0] == ids[1] != ids[2]


def test_a_column_can_name_the_query_and_what_is_one_a_query_stays():
    dataset = from_arrays(
        ["a", "b", "c"],
        [1, 0, 2],
        columns={"query": np.array([7, 8, 7]), "place": np.array([1, 2, 3])},
    )
    lists = query_lists(dataset, "query")
    assert lists.modality == "text_list"
    assert lists.inputs.tolist() == [("a", "c"), ("b",)]
    assert lists.columns["query"].tolist() == [7, 8]
    assert "place" not in lists.columns


def test_a_repeated_row_counts_once_and_one_with_another_grade_is_refused():
    rows = [("q", "a"), ("q", "b"), ("q", "a")]
    assert query_lists(from_arrays(rows, [1, 0, 1])).labels.tolist() == [(1, 0)]
    with pytest.raises(UserError, match="one relevance for each document") as error:
        query_lists(from_arrays(rows, [1, 0, 2]))
    assert "row 0" in str(error.value)
    assert "row 2" in str(error.value)


@pytest.mark.parametrize(("query", "says"), [("who", "query='who'"), (None, "query=None")])
def test_a_query_that_nothing_says_is_refused(query, says):
    with pytest.raises(UserError, match=says):
        query_lists(from_arrays(["a", "b"], [1, 0]), query)


def test_equal_lists_are_found_in_any_order_and_their_labels_compared_by_document():
    rows = ["A rose", "the sea", "the SEA", "a  rose", "the sea", "a rose"]
    queries = np.array(["1", "1", "2", "2", "3", "3"])
    labels = np.array([2.0, 0.0, 0.0, 2.0, 2.0, 0.0])
    lists = query_lists(from_arrays(rows, labels, {"id": queries}), "id")
    agreed, report = deduplicate(lists.take([0, 1]))
    assert (len(agreed), report.dropped) == (1, {"repeated": 1, "conflicting_labels": 0})
    disputed, report = deduplicate(lists)
    assert (len(disputed), report.dropped) == (0, {"repeated": 0, "conflicting_labels": 3})


def test_lists_of_different_lengths_are_split_by_how_relevant_they_are():
    rows = [f"document {row}" for row in range(90)]
    queries = np.repeat([f"{query}" for query in range(30)], 3)[:-1]  # one list is shorter
    good = np.repeat(np.arange(30) % 2, 3)[:-1].astype("float64")
    lists = query_lists(from_arrays(rows[:-1], good, {"id": queries}), "id")
    split = Stratified(0.6, 0.2, 0.2)(replace(lists, label_kind="relevances"), seed=0)
    for part, count in (("train", 9), ("validation", 3), ("test", 3)):
        relevant = [max(each) for each in split.take(part, lists).labels]
        assert sum(relevant) == count
