import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.preprocessing import MultiLabelBinarizer

from ftkeras import call_string, catalog
from ftkeras.contracts.task import Labels, Task, unknown_rows
from ftkeras.data.table import object_array
from ftkeras.errors import UserError
from ftkeras.tasks.multilabel import Multilabel

GENRES = st.lists(st.sampled_from(["war", "crime", "drama", "comedy"]), max_size=4)


def test_the_catalogue_builds_it_from_a_call_string():
    task: Task = catalog.build("tasks", call_string.parse("multilabel(separator=';')"))
    assert task.fit_labels(np.array(["a;b", "c"])).class_names == ("a", "b", "c")
    assert task.num_outputs(3) == 3


@given(rows=st.lists(GENRES, min_size=1))
def test_lists_and_cells_are_encoded_as_scikit_learn_does(rows):
    names = ["comedy", "crime", "drama", "war"]
    expected = MultiLabelBinarizer(classes=names).fit_transform(rows)
    task, vocabulary = Multilabel(nothing="-"), Labels(tuple(names))
    encoded = task.encode(object_array(rows), vocabulary)
    assert encoded.dtype == np.int8
    np.testing.assert_array_equal(encoded, expected)
    cells = np.array(["|".join(row) or "-" for row in rows])
    np.testing.assert_array_equal(task.encode(cells, vocabulary), expected)


@given(rows=st.lists(GENRES, min_size=1))
def test_reading_again_changes_nothing_and_order_says_nothing(rows):
    once = Multilabel().read(object_array(rows))
    assert Multilabel().read(once).tolist() == once.tolist()
    backwards = Multilabel().read(object_array([row[::-1] for row in rows]))
    assert backwards.tolist() == once.tolist()


def test_spaces_around_names_and_numbers_as_names():
    cells = np.array([" a | b|", "b"])
    assert Multilabel().read(cells).tolist() == [("a", "b"), ("b",)]
    years = object_array([[10, 9], [9.0]])
    assert Multilabel().fit_labels(years).class_names == ("9", "10")


def test_a_row_with_a_label_the_vocabulary_lacks_is_marked():
    encoded = Multilabel().encode(np.array(["a", "a|x", "b"]), Labels(("a", "b")))
    assert encoded.tolist() == [[1, 0], [-1, -1], [0, 1]]
    assert unknown_rows(encoded).tolist() == [1]


def test_probabilities_of_labels_are_independent():
    logits = np.array([[0.0, 3.0], [-1000.0, 1000.0]], "float32")
    np.testing.assert_allclose(Multilabel().probabilities(logits), expit(logits.astype("float64")))
    assert Multilabel().predict_label(logits).tolist() == [[0, 1], [0, 1]]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["a", "b", "a"], r"Received: a \(2\), b \(1\), one an example\. Take task=binary"),
        (["a;b", "b;c"], r"take task=multilabel\(separator=';'\)"),
        ([], "no labels"),
    ],
)
def test_labels_of_one_each_are_refused_with_the_way_out(cells, message):
    with pytest.raises(UserError, match=message):
        Multilabel().fit_labels(np.array(cells, np.str_))


def test_an_empty_separator_is_refused():
    with pytest.raises(UserError, match="Received: separator=''"):
        Multilabel(separator="")


def test_logits_without_columns_are_refused():
    with pytest.raises(ValueError, match=r"Received: logits.shape=\(3,\)"):
        Multilabel().predict_label(np.zeros(3))


def test_rows_of_zero_and_one_are_no_names():
    with pytest.raises(UserError, match="Received: rows of 0 and 1"):
        Multilabel().fit_labels(object_array([(0, 1, 1), (1, 0, 0)]))
