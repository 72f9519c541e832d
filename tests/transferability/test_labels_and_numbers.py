"""Probes and neighbours of labels and numbers, held to scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import label_ranking_average_precision_score, log_loss, r2_score
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ftkeras.errors import UserError
from ftkeras.transferability.h_score import HScore
from ftkeras.transferability.k_nearest_neighbours import KNearestNeighbours
from ftkeras.transferability.leep import Leep
from ftkeras.transferability.linear_probe import LinearProbe
from ftkeras.transferability.log_me import LogMe

SIZE = 120


def drawn(targets=3):
    rng = np.random.default_rng(1)
    features = rng.normal(size=(SIZE, 6)) @ rng.normal(size=(6, 6))
    said = features @ rng.normal(size=(6, targets)) + 4 * rng.normal(size=(SIZE, targets))
    return features, said


def chosen_on_the_other_folds(answers, losses):
    """For each example the answers of the setting that is best on all folds but its own."""
    found = np.empty(answers.shape[1:])
    for _, held_out in KFold(5, shuffle=True, random_state=3).split(found):
        rest = np.setdiff1d(np.arange(SIZE), held_out)
        found[held_out] = answers[np.argmin([losses(one, rest) for one in answers]), held_out]
    return found


def test_labels_are_probed_one_against_the_rest():
    features, said = drawn()
    labels = (said > 1).astype("int8")
    folds = list(KFold(5, shuffle=True, random_state=3).split(features))
    answers = np.stack([
        cross_val_predict(
            make_pipeline(StandardScaler(),
                          OneVsRestClassifier(LogisticRegression(C=strength, max_iter=2000))),
            features, labels, cv=folds, method="predict_proba",
        )
        for strength in (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
    ])  # fmt: skip

    def loss(one, rows):
        each = [log_loss(labels[rows, k], one[rows, k], labels=[0, 1]) for k in range(3)]
        return np.mean(each)

    expected = chosen_on_the_other_folds(answers, loss)
    probe = LinearProbe(seed=3)
    np.testing.assert_allclose(probe.answers(features, labels), expected, atol=0.015)
    assert probe(features, labels) == pytest.approx(loss(expected, np.arange(SIZE)), abs=2e-3)
    precision = label_ranking_average_precision_score(labels, expected)
    found = LinearProbe("ranking_precision", seed=3)(features, labels)
    assert found == pytest.approx(precision, abs=0.01)


@pytest.mark.parametrize("targets", [1, 2])
def test_numbers_are_probed_by_ridge_regression(targets):
    features, said = drawn(targets)
    said = 50 + said * [1, 30][:targets]
    standard = (said - said.mean(axis=0)) / said.std(axis=0)
    folds = list(KFold(5, shuffle=True, random_state=3).split(features))
    answers = np.stack([
        cross_val_predict(make_pipeline(StandardScaler(), Ridge(alpha=penalty)), features,
                          standard, cv=folds).reshape(SIZE, -1)
        for penalty in 10.0 ** np.arange(-1, 6)
    ])  # fmt: skip
    expected = chosen_on_the_other_folds(
        answers, lambda one, rows: ((one[rows] - standard[rows]) ** 2).mean()
    )
    probe = LinearProbe("r2", seed=3)
    np.testing.assert_allclose(probe.answers(features, said), expected, atol=1e-8)
    assert probe(features, said) == pytest.approx(r2_score(standard, expected))


def test_neighbours_answer_numbers_by_their_mean_and_labels_by_their_votes():
    features, said = drawn()
    directions = features / np.linalg.norm(features, axis=1, keepdims=True)
    near = np.argsort(-(directions @ directions.T) + 9 * np.eye(SIZE), axis=1)[:, :5]
    score = KNearestNeighbours(5)
    assert score(features, said) == pytest.approx(r2_score(said, said[near].mean(axis=1)))
    labels = (said > 1).astype("int8")
    votes = labels[near].sum(axis=1) + labels.mean(axis=0)
    expected = label_ranking_average_precision_score(labels, votes)
    assert score(features, labels) == pytest.approx(expected)


@pytest.mark.parametrize("score", [KNearestNeighbours(5), LinearProbe("r2", seed=3)])
def test_influences_are_what_another_weight_of_an_example_moves(score):
    """R² of weighted examples, by scikit-learn, with the answers held as they are."""
    features, said = drawn(2)
    if isinstance(score, LinearProbe):
        answers = score.answers(features, said)
        truth = (said - said.mean(axis=0)) / said.std(axis=0)
    else:
        directions = features / np.linalg.norm(features, axis=1, keepdims=True)
        near = np.argsort(-(directions @ directions.T) + 9 * np.eye(SIZE), axis=1)[:, :5]
        answers, truth = said[near].mean(axis=1), said
    influences = score.influences(features, said)
    assert influences.sum() == pytest.approx(0, abs=1e-9)
    for row in (0, 17, 80):
        ends = []
        for sign in (1, -1):
            weights = np.ones(SIZE)
            weights[row] += sign * 1e-4
            ends.append(r2_score(truth, answers, sample_weight=weights))
        assert influences[row] == pytest.approx((ends[0] - ends[1]) / 2e-4, abs=1e-6)


def test_chance_cannot_be_told_however_wide_the_features():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(100, 200))
    assert LinearProbe("r2")(features, rng.normal(size=100)) < 0.02
    labels = (rng.random((100, 3)) < 0.5).astype("int8")
    assert LinearProbe()(features, labels) > np.log(2) - 0.05


def test_what_a_kind_cannot_have_is_refused():
    features, said = drawn()
    labels = (said > 1).astype("int8")
    for score in (HScore(), Leep()):
        for answers in (said, labels, said[:, 0]):
            with pytest.raises(UserError, match="Received"):
                score(features, answers)
    with pytest.raises(UserError, match="classes for score=accuracy"):
        LinearProbe("accuracy")(features, labels)
    with pytest.raises(UserError, match="numbers for score=r2"):
        LinearProbe("r2")(features, labels)
    with pytest.raises(UserError, match="2 x folds=5"):
        LinearProbe("r2")(features[:9], said[:9])
    assert np.isfinite(LogMe()(features, labels))
