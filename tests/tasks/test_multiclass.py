import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.utils.extmath import softmax

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.contracts.task import Task
from ftkeras.data.table import object_array
from ftkeras.errors import UserError
from ftkeras.tasks.multiclass import Multiclass


def test_the_catalogue_builds_it():
    task: Task = catalog.build("tasks", Call("multiclass"))
    assert task.num_outputs(7) == 7


def test_digits_are_in_the_order_of_their_values():
    labels = np.array([str(digit) for digit in range(12)][::-1])
    names = Multiclass().fit_labels(labels).class_names
    assert names == tuple(str(digit) for digit in range(12))


def test_words_are_in_the_order_of_the_alphabet():
    assert Multiclass().fit_labels(np.array(["b", "c", "10"])).class_names == ("10", "b", "c")


@given(labels=st.lists(st.sampled_from(["cat", "dog", "emu", "7", "70"]), min_size=1))
def test_encoding_and_naming_are_inverse(labels):
    task = Multiclass()
    if len(set(labels)) < 3:
        advice = "task=binary" if len(set(labels)) == 2 else "label column"
        with pytest.raises(UserError, match=f"at least three classes.*{advice}"):
            task.fit_labels(np.array(labels))
        return
    vocabulary = task.fit_labels(np.array(labels))
    encoded = task.encode(np.array(labels), vocabulary)
    assert [vocabulary.class_names[index] for index in encoded] == labels
    assert task.encode(np.array(["unheard of"]), vocabulary).tolist() == [-1]


@given(arrays.arrays("float32", (5, 4), elements=st.floats(-1e4, 1e4, width=32)))
def test_probabilities_equal_scikit_learns_softmax(logits):
    expected = softmax(logits.astype("float64"))
    np.testing.assert_allclose(Multiclass().probabilities(logits), expected, rtol=1e-12, atol=0)


def test_the_first_of_equal_logits_wins():
    assert Multiclass().predict_label(np.array([[0.0, 2.0, 2.0], [1, 1, 1]])).tolist() == [1, 0]


def test_logits_of_two_columns_are_refused():
    with pytest.raises(ValueError, match=r"Received: logits.shape=\(3, 2\)"):
        Multiclass().predict_label(np.zeros((3, 2)))


def test_an_example_with_several_labels_is_named():
    labels = object_array([("a",), ("a", "b")])
    with pytest.raises(UserError, match=r"a \(x 1\); a, b \(x 2\)\. Take task=multilabel"):
        Multiclass().read(labels, ["x 1", "x 2"])
