"""Ridge with leave-one-out by formula, against scikit-learn and against refitting."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge, RidgeCV

from ftkeras.errors import UserError
from ftkeras.training.closed_form_probes import one_against_rest, ridge_probe


def drawn(examples, width, classes, seed=0):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, examples)
    features = generator.normal(3.0, 1, (examples, width)) + labels[:, None] / 2
    return features, one_against_rest(labels, classes)


@pytest.mark.parametrize(("examples", "width"), [(40, 6), (15, 30)])
def test_left_out_answers_are_those_of_refitting_without_the_example(examples, width):
    features, targets = drawn(examples, width, 3)
    probe = ridge_probe(features, targets, penalties=[2.5])
    for row in range(examples):
        rest = np.arange(examples) != row
        refitted = Ridge(alpha=2.5).fit(features[rest], targets[rest])
        np.testing.assert_allclose(
            probe.left_out[row], refitted.predict(features[row : row + 1])[0], atol=1e-8
        )


def test_the_penalty_is_the_one_scikit_learn_chooses():
    penalties = [0.01, 1.0, 30.0, 1000.0]
    features, targets = drawn(60, 20, 4, seed=3)
    theirs = RidgeCV(alphas=penalties, store_cv_results=True).fit(features, targets)
    probe = ridge_probe(features, targets, penalties)
    assert probe.penalty == theirs.alpha_
    np.testing.assert_allclose(probe.errors, theirs.cv_results_.mean(axis=(0, 1)), rtol=1e-8)


def test_what_cannot_be_fitted_is_refused():
    features, targets = drawn(10, 2, 2)
    for arguments in [(features[:5], targets), (features, targets[:, 0]),
                      (features, targets, [0.0]), (features[:2], targets[:2])]:  # fmt: skip
        with pytest.raises(UserError, match="Received"):
            ridge_probe(*arguments)
