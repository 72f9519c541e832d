"""What all methods share."""

import json

import numpy as np
import pytest

from ftkeras import catalog
from ftkeras.call_string import Call
from ftkeras.errors import UserError
from tests.calibration import reference

METHODS = catalog.names("calibration")


def method(name):
    return catalog.build("calibration", Call(name))


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("num_classes", [2, 4])
def test_new_examples_are_answered_better_than_before(name, num_classes):
    logits, labels = reference.case(num_classes, size=2000)
    new, new_labels = reference.case(num_classes, size=2000, seed=1)
    after = method(name).fit(logits, labels)(new)
    wide = np.hstack([0 * new, new]) if num_classes == 2 else new
    before = np.exp(wide - np.logaddexp.reduce(wide, axis=1, keepdims=True))
    assert after.shape == (2000, num_classes)
    np.testing.assert_allclose(after.sum(axis=1), 1)
    assert after.min() >= 0
    assert reference.log_loss(after, new_labels) < reference.log_loss(before, new_labels) - 0.1


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("num_classes", [2, 3])
def test_what_is_kept_as_json_answers_the_same(name, num_classes):
    logits, labels = reference.case(num_classes)
    fitted = method(name).fit(logits, labels)
    again = method(name).restore(json.loads(json.dumps(fitted.parameters)))
    assert again == fitted
    np.testing.assert_array_equal(again(logits), fitted(logits))


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(
    ("logits", "labels", "says"),
    [
        (np.zeros((0, 1)), [], "at least one"),
        (np.zeros((2, 1)), [0], r"labels.shape=\(1,\)"),
        (np.zeros(2), [0, 1], r"shape=\(2,\)"),
        (np.array([[np.nan], [1.0]]), [0, 1], "1 rows with NaN"),
        (np.zeros((2, 1)), [0, 2], "labels from 0 to 2"),
        (np.zeros((2, 3)), [0, -1], "labels from -1"),
    ],
)
def test_what_cannot_be_fitted_is_refused(name, logits, labels, says):
    with pytest.raises(UserError, match=says):
        method(name).fit(logits, np.array(labels, int))


@pytest.mark.parametrize("name", METHODS)
def test_a_class_that_validation_lacks_and_extreme_logits_give_finite_answers(name):
    rng = np.random.default_rng(0)
    logits = 200 * rng.normal(size=(60, 3))
    found = method(name).fit(logits, rng.integers(0, 2, 60))(1e4 * np.eye(3))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1)
