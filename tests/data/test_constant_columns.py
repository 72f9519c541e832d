import numpy as np
from made_datasets import texts

from ftkeras.data.checks.constant_columns import ConstantColumns


def test_columns_of_one_value_are_named():
    columns = {"a": ["x"] * 3, "b": [np.nan] * 3, "c": [1, 1, 2], "d": [5] * 3}
    (finding,) = ConstantColumns()(texts("pqr", [0, 1, 0], columns))
    assert finding.message == "One value in all examples: a, b, d."


def test_one_example_alone_is_no_proof():
    assert ConstantColumns()(texts("p", [0], {"a": ["x"]})) == []
