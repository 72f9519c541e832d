import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from ftkeras.errors import UserError
from ftkeras.transferability.k_nearest_neighbours import KNearestNeighbours
from tests.transferability.drawn import features_and_labels


@pytest.mark.parametrize("count", [1, 5, 11])
def test_it_is_leave_one_out_by_scikit_learn(count, monkeypatch):
    features, labels = features_and_labels(80, 6, 2, signal=0.4)
    right = []
    for row in range(80):
        others = np.arange(80) != row
        model = KNeighborsClassifier(count, metric="cosine").fit(features[others], labels[others])
        right.append(model.predict(features[[row]])[0] == labels[row])
    score = KNearestNeighbours(count)
    assert score(features, labels) == np.mean(right)
    np.testing.assert_allclose(score.influences(features, labels), (right - np.mean(right)) / 80)
    monkeypatch.setattr("ftkeras.statistics.nearest_neighbours._BLOCK", 7 * 80)
    assert score(features, labels) == np.mean(right)


def test_a_tie_goes_to_the_nearer_voters():
    features, labels = features_and_labels(60, 5, 4, signal=0.3)
    directions = features / np.linalg.norm(features, axis=1, keepdims=True)
    right, ties = [], 0
    for row in range(60):
        others = [other for other in range(60) if other != row]
        nearest = sorted(others, key=lambda other: -directions[row] @ directions[other])[:4]
        ranks = {c: [r for r, n in enumerate(nearest) if labels[n] == c] for c in range(4)}
        best = min(range(4), key=lambda c: (-len(ranks[c]), sum(ranks[c])))
        ties += sum(len(ranks[c]) == len(ranks[best]) for c in range(4)) > 1
        right.append(best == labels[row])
    assert ties > 10
    assert KNearestNeighbours(4)(features, labels) == pytest.approx(np.mean(right))


def test_more_neighbours_than_examples_are_all_others():
    features, labels = features_and_labels(8, 3, 2)
    assert KNearestNeighbours(100)(features, labels) == KNearestNeighbours(7)(features, labels)
    with pytest.raises(UserError, match="count=0"):
        KNearestNeighbours(0)
