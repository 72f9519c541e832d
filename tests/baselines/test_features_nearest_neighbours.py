import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from ftkeras.baselines.features_nearest_neighbours import FeaturesNearestNeighbours
from ftkeras.contracts.dataset import Dataset


def dataset(features, labels):
    names = np.arange(len(labels)).astype(str)
    return Dataset("features", names, features, labels, names)


def drawn(num_classes):
    digits = load_digits(n_class=num_classes)
    return digits.data[:400], digits.target[:400], digits.data[400:], digits.target[400:]


def cosine_votes(features, labels, others, count):
    model = KNeighborsClassifier(count, metric="cosine", algorithm="brute").fit(features, labels)
    return model.predict_proba(others)


@pytest.mark.parametrize("num_classes", [2, 10])
def test_votes_are_those_of_scikit_learn_and_no_class_is_impossible(num_classes, monkeypatch):
    monkeypatch.setattr("ftkeras.baselines.features_nearest_neighbours._CANDIDATES", (10,))
    features, labels, others, truth = drawn(num_classes)
    train, test = dataset(features, labels), dataset(others, truth)
    if num_classes == 2:
        train, test = dataset(features[:150], labels[:150]), dataset(features[150:], labels[150:])
        features, labels, others = features[:150], labels[:150], features[150:]
    logits = FeaturesNearestNeighbours().fit(train, labels, num_classes, 0)(test)
    found = softmax(logits, axis=1) if num_classes > 2 else expit(logits[:, 0])
    shares = np.bincount(labels) / len(labels)
    expected = (10 * cosine_votes(features, labels, others, 10) + shares) / 11
    np.testing.assert_allclose(found, expected if num_classes > 2 else expected[:, 1], rtol=1e-5)


def test_the_number_of_neighbours_comes_from_the_training_part_alone():
    """Labels are noise within each of two clusters: the more votes the better."""
    rng = np.random.default_rng(0)
    cluster = rng.integers(0, 2, 300)
    features = np.eye(2)[cluster] + rng.normal(scale=0.05, size=(300, 2))
    labels = np.where(rng.random(300) < 0.3, 1 - cluster, cluster)
    answer = FeaturesNearestNeighbours().fit(dataset(features, labels), labels, 2, 0)
    answered = answer(dataset(np.eye(2), np.array([0, 1])))[:, 0] > 0
    assert answered.tolist() == [False, True]
    # Itself would be a perfect neighbour, and one vote the best choice.
    own = (answer(dataset(features, labels))[:, 0] > 0) == labels
    assert own.mean() < 0.8


def test_tiny_parts_and_constant_features_are_no_trouble():
    train = dataset(np.zeros((3, 4)), np.array([0, 1, 2]))
    logits = FeaturesNearestNeighbours().fit(train, train.labels, 3, 0)(train)
    assert np.isfinite(logits).all()
    assert logits.shape == (3, 3)
