import pytest
from made_datasets import of_counts

from ftkeras.data.checks.label_balance import LabelBalance
from ftkeras.data.splits.stratified import Stratified
from ftkeras.errors import UserError


def test_the_counts_of_every_part_are_told():
    dataset = of_counts([100, 40])
    (note,) = LabelBalance()(dataset, Stratified()(dataset, seed=0))
    assert "train: class 0 70 (71.4%), class 1 28 (28.6%)" in note.message
    assert "test: class 0 15 (71.4%), class 1 6 (28.6%)" in note.message


def test_the_training_part_decides_what_is_rare():
    dataset = of_counts([60, 12, 40])
    warning = LabelBalance(fewest=10)(dataset, Stratified()(dataset, seed=0))[-1]
    assert warning.severity == "warning"
    assert "class 1 (8)" in warning.message


def test_many_classes_are_told_briefly():
    note, warning = LabelBalance()(of_counts([2] * 50))
    assert "and 40 more classes" in note.message
    assert "and 40 more" in warning.message


def test_a_frequent_class_is_no_warning_when_it_is_allowed():
    assert len(LabelBalance(most_frequent=0.95, fewest=1)(of_counts([90, 10]))) == 1
    assert len(LabelBalance(most_frequent=0.85, fewest=1)(of_counts([90, 10]))) == 2
    with pytest.raises(UserError, match="most_frequent=80"):
        LabelBalance(most_frequent=80)
