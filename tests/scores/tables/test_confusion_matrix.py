"""The table against scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics as reference

from ftkeras.errors import UserError
from ftkeras.scores.counts.class_tallies import ClassTallies
from ftkeras.scores.counts.confusion_cells import ConfusionCells
from ftkeras.scores.inputs.classification import Classification
from ftkeras.scores.tables.confusion_matrix import confusion_matrix
from tests.helpers.metric_checks import case


def counts_of(kind, one):
    return kind.tally(Classification(one.num_classes).units(one.y_true, one.logits, np))


@pytest.mark.parametrize("normalize", [None, "true", "predicted", "all"])
@pytest.mark.parametrize("num_classes", [2, 4])
def test_it_equals_scikit_learn(num_classes, normalize):
    one = case(num_classes)
    theirs = {"predicted": "pred"}.get(normalize, normalize)
    expected = reference.confusion_matrix(one.y_true, one.predicted, normalize=theirs)
    found = confusion_matrix(counts_of(ConfusionCells(num_classes), one), normalize)
    np.testing.assert_allclose(found, expected)


def test_tallies_of_two_classes_hold_the_same_table():
    one = case(2, seed=3)
    found = confusion_matrix(counts_of(ClassTallies(2), one))
    np.testing.assert_array_equal(found, reference.confusion_matrix(one.y_true, one.predicted))


def test_shares_of_nothing_are_undefined():
    shares = confusion_matrix([[2, 1, 0], [0, 0, 0], [0, 0, 1]], "true")
    assert np.isnan(shares[1]).all()
    assert shares[0].sum() == pytest.approx(1)


def test_tallies_of_more_classes_are_refused():
    with pytest.raises(UserError, match=r"counts.shape=\(3, 4\)"):
        confusion_matrix(counts_of(ClassTallies(4), case(4)))


def test_unknown_shares_are_refused():
    with pytest.raises(UserError, match="normalize='rows'"):
        confusion_matrix([[1]], "rows")
