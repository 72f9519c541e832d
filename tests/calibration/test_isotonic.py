import numpy as np
from scipy.special import softmax
from sklearn.isotonic import IsotonicRegression

from ftkeras.calibration.isotonic import Isotonic
from tests.calibration import reference


def test_it_is_scikit_learns_isotonic_regression_without_certainty():
    logits, labels = reference.case(2)
    found = Isotonic().fit(logits, labels)(logits)[:, 1]
    expected = reference.probabilities("isotonic", logits, labels, logits)[:, 1]
    np.testing.assert_allclose(found, np.clip(expected, 1 / 402, 401 / 402), atol=1e-9)


def test_each_class_is_fitted_against_the_rest():
    logits, labels = reference.case(3)
    share = softmax(logits, axis=1)
    each = [
        IsotonicRegression(y_min=1 / 402, y_max=401 / 402, out_of_bounds="clip")
        .fit(share[:, k], labels == k)
        .predict(share[:, k])
        for k in range(3)
    ]
    expected = np.stack(each, axis=1)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(Isotonic().fit(logits, labels)(logits), expected, atol=1e-9)


def test_the_order_of_examples_is_kept_apart_from_ties():
    logits, labels = reference.case(2)
    new = np.sort(np.random.default_rng(0).normal(size=(200, 1)), axis=0)
    assert (np.diff(Isotonic().fit(logits, labels)(new)[:, 1]) >= 0).all()
