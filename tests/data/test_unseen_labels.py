import pytest
from made_datasets import texts

from ftkeras.contracts.split import Split
from ftkeras.data.checks.unseen_labels import UnseenLabels
from ftkeras.data.run_checks import refuse_errors
from ftkeras.errors import UserError


def test_rows_whose_label_train_lacks_are_named():
    dataset = texts(list("abcdef"), ["x", "y", "x", "z", "w", "y"])
    ids = dataset.ids
    split = Split(ids[:2], ids[2:4], ids[4:], rule="given", seed=0)
    findings = UnseenLabels()(dataset, split)
    with pytest.raises(UserError, match=r"z \(made\.csv, row 5, in validation\); w \(.*6, in test"):
        refuse_errors(findings)
    assert findings[0].ids == tuple(ids[3:5])


def test_examples_outside_the_split_do_not_count():
    dataset = texts(list("abcd"), ["x", "x", "x", "z"])
    split = Split(*(dataset.ids[row : row + 1] for row in range(3)), rule="given", seed=0)
    assert UnseenLabels()(dataset, split) == []
    assert UnseenLabels()(dataset) == []
