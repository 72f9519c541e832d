import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from ftkeras.contracts.task import unknown_rows
from ftkeras.data.table import object_array
from ftkeras.errors import UserError
from ftkeras.tasks.regression import Regression

NUMBERS = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


@given(rows=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2))
def test_centre_and_spread_equal_scikit_learns(rows):
    values = np.array(rows)
    if (np.ptp(values, axis=0) == 0).any():
        with pytest.raises(UserError, match="differ in the training part"):
            Regression().fit_labels(object_array(rows))
        return
    vocabulary = Regression().fit_labels(object_array(rows))
    scaler = StandardScaler().fit(values)
    np.testing.assert_allclose(vocabulary.centre, scaler.mean_, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(vocabulary.spread, np.sqrt(scaler.var_), rtol=1e-6)
    encoded = Regression().encode(object_array(rows), vocabulary)
    np.testing.assert_array_equal(encoded, values)


def test_numbers_as_texts_are_numbers():
    task = Regression()
    assert task.read(np.array(["1.5", " -2e3 "])).tolist() == [1.5, -2000.0]
    assert task.fit_labels(np.array(["1", "3"])).class_names == ("target",)


def test_one_target_has_one_axis_and_several_have_two():
    task = Regression()
    one = task.fit_labels(np.array([1.0, 3.0]))
    two = task.fit_labels(object_array([(1, 2), (3, 5)]))
    assert task.encode(np.array([2.0]), one).shape == (1,)
    assert task.encode(object_array([(2, 2)]), two).shape == (1, 2)
    assert unknown_rows(task.encode(np.array([2.0]), two)).tolist() == [0]
    assert task.predict_label(np.ones((5, 1), "float32")).shape == (5,)
    assert task.predict_label(np.ones((5, 2), "float32")).shape == (5, 2)


@pytest.mark.parametrize("bad", ["four", "4,5", "nan", "inf"])
def test_a_label_that_is_no_number_is_named_with_its_row(bad):
    with pytest.raises(UserError, match=rf"Received: {bad} \(a\.csv, row 7\)"):
        Regression().read(np.array(["1", bad]), ["a.csv, row 6", "a.csv, row 7"])


def test_rows_of_different_lengths_are_refused():
    with pytest.raises(UserError, match="2 finite numbers"):
        Regression().read(object_array([(1, 2), (1, 2, 3)]))


def test_a_target_that_never_changes_is_refused_by_name():
    with pytest.raises(UserError, match="target 2 is 5 in all 2 examples"):
        Regression().fit_labels(object_array([(1, 5), (2, 5)]))


def test_predictions_without_columns_are_refused():
    with pytest.raises(ValueError, match=r"Received: logits.shape=\(3,\)"):
        Regression().predict_label(np.zeros(3))
