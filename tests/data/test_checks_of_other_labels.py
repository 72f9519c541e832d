"""What the checks make of several labels and of numbers."""

import dataclasses

import numpy as np
import pytest

from ftkeras.contracts.split import Split
from ftkeras.data.checks.conflicting_labels import ConflictingLabels
from ftkeras.data.checks.giveaway_columns import GiveawayColumns
from ftkeras.data.checks.giveaway_words import GiveawayWords
from ftkeras.data.checks.label_balance import LabelBalance
from ftkeras.data.checks.smallest_difference import SmallestDifference
from ftkeras.data.checks.unseen_labels import UnseenLabels
from ftkeras.data.from_arrays import from_arrays


def dataset(texts, labels, kind, columns=None):
    made = from_arrays(texts, labels, columns)
    return dataclasses.replace(made, label_kind=kind)


def split(made, train):
    return Split(made.ids[:train], made.ids[train:train], made.ids[train:], rule="", seed=0)


def test_a_new_combination_of_known_labels_is_no_unseen_label():
    made = dataset(["a", "b", "c"], [("x",), ("y",), ("x", "y")], "labels")
    assert UnseenLabels()(made, split(made, 2)) == []


def test_a_label_that_only_test_has_is_an_error_with_its_row():
    made = dataset(["a", "b", "c"], [("x",), ("y",), ("x", "z")], "labels")
    (found,) = UnseenLabels()(made, split(made, 2))
    assert found.severity == "error"
    assert "x, z (arrays, row 2, in test)" in found.message


def test_numbers_outside_the_range_of_train_are_a_note():
    made = dataset(["a", "b", "c", "d"], [1.0, 3.0, 2.0, 9.5], "numbers")
    (found,) = UnseenLabels()(made, split(made, 2))
    assert (found.severity, found.count) == ("note", 1)
    assert "9.5 (arrays, row 3, in test)" in found.message


def test_each_label_is_counted_by_itself():
    rows = [("x", "y")] * 12 + [("x",)] * 8 + [("z",)] * 2
    made = dataset([f"text {i}" for i in range(22)], rows, "labels")
    note, rare = LabelBalance()(made)
    assert note.message == "all: x 20 (90.9%), y 12 (54.5%), z 2 (9.1%)."
    assert rare.message == "Labels with fewer than 10 examples to learn from: z (2)."


def test_of_numbers_mean_and_range_are_told():
    values = np.array([1.0, 2.0, 6.0])
    made = dataset(["a", "b", "c"], values, "numbers")
    (note,) = LabelBalance()(made)
    assert note.message == f"all: 3 ± {values.std():.3g} (1 to 6)."


def test_a_word_that_gives_one_of_several_labels_away_is_found():
    texts = [f"{'drama ' if i % 2 else ''}film {i}" for i in range(60)]
    rows = [("drama", "long") if i % 2 else ("long",) * (i % 4 == 0) for i in range(60)]
    (found,) = GiveawayWords()(dataset(texts, rows, "labels"))
    assert "'drama' tells drama from the rest in 100.0%" in found.message
    assert "long" not in found.message
    assert GiveawayWords()(dataset(texts, np.arange(60) / 7, "numbers")) == []


def test_a_column_that_gives_a_number_away_is_found():
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=200)
    columns = {"copy": (numbers * 100).tolist(), "noise": rng.normal(size=200).tolist()}
    made = dataset([f"text {i}" for i in range(200)], numbers, "numbers", columns)
    (found,) = GiveawayColumns()(made)
    assert "copy (" in found.message
    assert "noise" not in found.message


def test_conflicts_of_sets_are_worded():
    made = dataset(["Good", "good"], [("x", "y"), ("x",)], "labels")
    (found,) = ConflictingLabels()(made)
    assert "arrays, row 0 is x, y, arrays, row 1 is x" in found.message


@pytest.mark.parametrize(("labels", "kind"), [([1.0, 2.0], "numbers"), ([("a",), ()], "labels")])
def test_differences_in_accuracy_are_of_classes_alone(labels, kind):
    made = dataset(["a", "b"], labels, kind)
    assert SmallestDifference()(made, split(made, 1)) == []
