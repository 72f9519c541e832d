import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ftkeras.errors import UserError
from ftkeras.transferability._linear_answers import STRENGTHS
from ftkeras.transferability.linear_probe import LinearProbe
from tests.transferability.drawn import features_and_labels


@pytest.mark.parametrize("classes", [2, 4])
def test_it_is_scikit_learns_cross_validation_with_the_strength_of_the_other_folds(classes):
    features, labels = features_and_labels(120, 8, classes, signal=0.5)
    folds = list(StratifiedKFold(5, shuffle=True, random_state=3).split(features, labels))
    answers = np.stack([
        cross_val_predict(
            make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=2000)),
            features, labels, cv=folds, method="predict_proba",
        )
        for strength in STRENGTHS
    ])  # fmt: skip
    expected = np.empty(answers.shape[1:])
    for _, held_out in folds:
        rest = np.setdiff1d(np.arange(120), held_out)
        losses = [log_loss(labels[rest], one[rest]) for one in answers]
        expected[held_out] = answers[np.argmin(losses), held_out]
    probe = LinearProbe(seed=3)
    # The solver stops at a gradient of 1e-3.
    np.testing.assert_allclose(probe.answers(features, labels), expected, atol=0.015)
    assert probe(features, labels) == pytest.approx(log_loss(labels, expected), abs=2e-3)
    accuracy = accuracy_score(labels, expected.argmax(axis=1))
    assert LinearProbe("accuracy", seed=3)(features, labels) == pytest.approx(accuracy, abs=0.01)


def test_no_example_is_answered_by_a_model_that_saw_it():
    """Labels that are pure chance cannot be told, however wide the features are."""
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.arange(100) % 2)
    assert LinearProbe()(rng.normal(size=(100, 200)), labels) > np.log(2) - 0.02


def test_directions_and_influences():
    features, labels = features_and_labels(60, 4, 2)
    assert (LinearProbe().direction, LinearProbe("accuracy").direction) == ("min", "max")
    influences = LinearProbe().influences(features, labels)
    assert influences.shape == (60,)
    assert influences.sum() == pytest.approx(0, abs=1e-12)


def test_what_it_cannot_do_is_refused():
    with pytest.raises(UserError, match="a class with one"):
        LinearProbe()(np.ones((4, 2)), np.array([0, 0, 0, 1]))
    with pytest.raises(UserError, match="log_loss, accuracy"):
        LinearProbe("recall")
    with pytest.raises(UserError, match="folds=1"):
        LinearProbe(folds=1)
