import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_linnerud

from ftkeras import call_string, catalog
from ftkeras.data.sources import scikit_learn
from ftkeras.errors import UserError


def test_the_digits_keep_every_value():
    dataset = catalog.build("data/sources", call_string.parse("scikit_learn(name='digits')"))
    pixels = np.stack(dataset.inputs)
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels / 15, load_digits().images)
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.bincount(dataset.labels).tolist() == counts
    assert len(set(dataset.ids.tolist())) == 1797


def test_a_table_keeps_every_value():
    dataset, original = scikit_learn.build("breast_cancer"), load_breast_cancer()
    assert dataset.modality == "tabular"
    np.testing.assert_array_equal([list(row.values()) for row in dataset.inputs], original.data)
    assert (dataset.labels == original.target_names[original.target]).all()


@pytest.mark.parametrize(
    ("name", "rows", "columns"), [("iris", 150, 4), ("wine", 178, 13), ("diabetes", 442, 10)]
)
def test_every_row_is_an_example_of_its_own(name, rows, columns):
    dataset = scikit_learn.build(name)
    assert len(set(dataset.ids.tolist())) == len(dataset) == rows
    assert {len(row) for row in dataset.inputs} == {columns}


def test_several_numbers_to_predict_stay_together():
    dataset = scikit_learn.build("linnerud")
    assert [tuple(row) for row in dataset.labels.tolist()] == [
        tuple(row) for row in load_linnerud().target.tolist()
    ]


def test_other_names_are_refused():
    with pytest.raises(UserError, match="Did you mean 'digits'"):
        scikit_learn.build("digit")
