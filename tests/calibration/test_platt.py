import numpy as np
import pytest
from scipy.special import softmax

from ftkeras.calibration.platt import Platt
from tests.calibration import reference


def test_it_is_scikit_learns_sigmoid():
    logits, labels = reference.case(2)
    new, _ = reference.case(2, seed=1)
    expected = reference.probabilities("sigmoid", logits, labels, new)
    np.testing.assert_allclose(Platt().fit(logits, labels)(new), expected, atol=1e-4)


def test_each_class_is_scikit_learns_sigmoid_against_the_rest():
    logits, labels = reference.case(3)
    share = softmax(logits, axis=1)
    odds = np.log(share / (1 - share))
    each = [reference.probabilities("sigmoid", odds[:, [k]], (labels == k).astype(int),
                                    odds[:, [k]])[:, 1] for k in range(3)]  # fmt: skip
    expected = np.stack(each, axis=1)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(Platt().fit(logits, labels)(logits), expected, atol=1e-4)


def test_separable_logits_do_not_become_certainty():
    labels = np.repeat([0, 1], 10)
    found = Platt().fit(np.where(labels, 3.0, -3.0)[:, None], labels)(np.array([[3.0]]))
    assert found[0, 1] == pytest.approx(11 / 12, abs=1e-3)


def test_logits_on_any_scale_are_fitted():
    logits, labels = reference.case(2)
    small = Platt().fit(logits * 1e-4, labels)(logits * 1e-4)
    large = Platt().fit(logits * 1e3, labels)(logits * 1e3)
    np.testing.assert_allclose(small, large, atol=1e-5)
