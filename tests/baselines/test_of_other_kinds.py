"""Baselines of several labels and of numbers against scikit-learn's own searches."""

import numpy as np
import pytest
from PIL import Image
from scipy.special import expit
from sklearn.datasets import load_diabetes, load_linnerud, make_multilabel_classification
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, r2_score
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ftkeras.baselines.features_logistic_regression import FeaturesLogisticRegression
from ftkeras.baselines.features_nearest_neighbours import FeaturesNearestNeighbours
from ftkeras.baselines.features_ridge import FeaturesRidge
from ftkeras.baselines.majority import Majority
from ftkeras.baselines.mean import Mean
from ftkeras.baselines.pixels_ridge import PixelsRidge
from ftkeras.baselines.tfidf_logistic_regression import TfidfLogisticRegression
from ftkeras.baselines.tfidf_ridge import TfidfRidge
from ftkeras.contracts.dataset import Dataset


def dataset(features, modality="features"):
    names = np.arange(len(features)).astype(str)
    return Dataset(modality, names, features, names, names)


@pytest.fixture(scope="module")
def labelled():
    features, labels = make_multilabel_classification(
        n_samples=240, n_features=10, n_classes=4, random_state=0
    )
    return features, labels.astype("int8")


def test_one_regression_a_label_is_scikit_learns_with_one_strength_for_all(labelled):
    features, labels = labelled
    train, test = dataset(features[:160]), dataset(features[160:])
    logits = FeaturesLogisticRegression().fit(train, labels[:160], 4, seed=0)(test)

    def loss(model, inputs, truth):
        shares = model.predict_proba(inputs)
        return -sum(
            log_loss(truth[:, k], shares[:, k], labels=[0, 1], normalize=False) for k in range(4)
        )

    search = GridSearchCV(
        make_pipeline(StandardScaler(), OneVsRestClassifier(LogisticRegression(max_iter=10_000))),
        {"onevsrestclassifier__estimator__C": [0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]},
        scoring=loss,
        cv=KFold(3, shuffle=True, random_state=0),
    ).fit(features[:160], labels[:160])
    expected = search.predict_proba(features[160:])
    np.testing.assert_allclose(expit(logits), expected, atol=1e-4)


def test_a_label_that_never_or_always_holds_has_its_odds(labelled):
    features, labels = labelled[0], labelled[1].copy()
    labels[:, 0], labels[:, 1] = 0, 1
    train = dataset(features)
    for baseline in (FeaturesLogisticRegression(), Majority()):
        logits = baseline.fit(train, labels, 4, seed=0)(train)
        odds = np.log(0.5 / (len(labels) - 0.5))
        np.testing.assert_allclose(logits[:, 0], odds, rtol=1e-6)
        np.testing.assert_allclose(logits[:, 1], -odds, rtol=1e-6)


def test_the_prior_of_each_label_is_its_share(labelled):
    features, labels = labelled
    logits = Majority().fit(dataset(features), labels, 4, seed=0)(dataset(features[:2]))
    np.testing.assert_allclose(expit(logits), np.tile(labels.mean(axis=0), (2, 1)), rtol=1e-6)


def test_neighbours_vote_for_each_label(labelled, monkeypatch):
    monkeypatch.setattr("ftkeras.baselines.features_nearest_neighbours._CANDIDATES", (7,))
    features, labels = labelled
    answer = FeaturesNearestNeighbours().fit(dataset(features[:160]), labels[:160], 4, seed=0)
    model = KNeighborsRegressor(7, metric="cosine", algorithm="brute")
    votes = model.fit(features[:160], labels[:160].astype(float)).predict(features[160:])
    expected = (7 * votes + labels[:160].mean(axis=0)) / 8
    np.testing.assert_allclose(expit(answer(dataset(features[160:]))), expected, rtol=1e-5)


def test_neighbours_average_numbers(monkeypatch):
    monkeypatch.setattr("ftkeras.baselines.features_nearest_neighbours._CANDIDATES", (5,))
    features, numbers = load_diabetes(return_X_y=True)
    answer = FeaturesNearestNeighbours().fit(dataset(features[:300]), numbers[:300], 1, seed=0)
    model = KNeighborsRegressor(5, metric="cosine", algorithm="brute")
    expected = model.fit(features[:300], numbers[:300]).predict(features[300:])
    np.testing.assert_allclose(answer(dataset(features[300:]))[:, 0], expected, rtol=1e-5)


def test_ridge_is_scikit_learns_with_a_penalty_chosen_by_cross_validation():
    features, numbers = load_diabetes(return_X_y=True)
    train, test = dataset(features[:300]), dataset(features[300:])
    answered = FeaturesRidge().fit(train, numbers[:300], 1, seed=0)(test)[:, 0]
    search = GridSearchCV(
        make_pipeline(StandardScaler(), Ridge()),
        {"ridge__alpha": [0.01, 0.1, 1.0, 10.0, 100.0, 1000.0, 10000.0]},
        scoring="neg_mean_squared_error",
        cv=KFold(5, shuffle=True, random_state=0),
    ).fit(features[:300], numbers[:300])
    np.testing.assert_allclose(answered, search.predict(features[300:]), rtol=1e-5)
    assert r2_score(numbers[300:], answered) > 0.4


def test_several_numbers_count_alike_whatever_their_units():
    features, numbers = load_linnerud(return_X_y=True)
    plain = FeaturesRidge().fit(dataset(features), numbers, 3, seed=0)(dataset(features))
    units = np.array([1e-3, 1.0, 1e4])
    scaled = FeaturesRidge().fit(dataset(features), numbers * units, 3, seed=0)(dataset(features))
    np.testing.assert_allclose(scaled, plain * units, rtol=1e-4)


def test_single_precision_features_that_say_the_same_are_no_trouble():
    rng = np.random.default_rng(0)
    one = rng.normal(size=(60, 1)).astype("float32")
    features = np.repeat(one, 3, axis=1)
    answered = FeaturesRidge().fit(dataset(features), one[:, 0] * 2.0, 1, 0)(dataset(features))
    np.testing.assert_allclose(answered, 2 * one, atol=0.01)


def test_the_mean_answers_the_mean():
    numbers = np.array([[1.0, 10.0], [3.0, 20.0]])
    answered = Mean().fit(dataset(np.array(["a", "b"]), "text"), numbers, 2, seed=0)
    assert answered(dataset(np.array(["c"]), "text")).tolist() == [[2.0, 15.0]]


def test_words_tell_labels_and_numbers():
    rng = np.random.default_rng(0)
    words = np.array(["good", "bad", "long", "short"])
    holds = rng.integers(0, 2, (200, 4)).astype("int8")
    texts = np.array([" ".join(["film", *words[row == 1]]) for row in holds], object)
    train, test = dataset(texts[:150], "text"), dataset(texts[150:], "text")
    logits = TfidfLogisticRegression().fit(train, holds[:150], 4, seed=0)(test)
    assert ((logits > 0) == holds[150:]).mean() > 0.98
    numbers = holds @ np.array([3.0, -3.0, 1.0, 0.0]) + 50
    said = TfidfRidge().fit(train, numbers[:150], 1, seed=0)(test)
    assert r2_score(numbers[150:], said[:, 0]) > 0.9


def test_pixels_tell_numbers():
    rng = np.random.default_rng(0)
    grey = rng.integers(20, 230, 60)
    pictures = np.empty(60, object)
    pictures[:] = [
        np.asarray(Image.fromarray(rng.normal(level, 8, (12, 12)).clip(0, 255).astype("uint8")))
        for level in grey
    ]
    train, test = dataset(pictures[:45], "image"), dataset(pictures[45:], "image")
    said = PixelsRidge().fit(train, grey[:45] / 10.0, 1, seed=0)(test)
    assert r2_score(grey[45:] / 10.0, said[:, 0]) > 0.98
