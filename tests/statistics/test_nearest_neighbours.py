import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from ftkeras.statistics import nearest_neighbours as module
from ftkeras.statistics.nearest_neighbours import nearest_neighbours


@pytest.mark.parametrize("block", [1 << 24, 100])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_they_are_those_of_scikit_learn(block, dtype, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", block)
    rng = np.random.default_rng(0)
    known, asked = rng.normal(size=(60, 5)).astype(dtype), rng.normal(size=(35, 5)).astype(dtype)
    reference = NearestNeighbors(n_neighbors=7, metric="cosine", algorithm="brute").fit(known)
    expected = reference.kneighbors(asked, return_distance=False)
    np.testing.assert_array_equal(nearest_neighbours(asked, known, 7), expected)
    # Without an argument scikit-learn leaves each point out of its own neighbours.
    expected = reference.kneighbors(return_distance=False)
    np.testing.assert_array_equal(nearest_neighbours(known, known, 7, True), expected)


def test_ties_come_in_their_order_and_there_are_no_more_than_there_are():
    same = np.ones((4, 3))
    assert nearest_neighbours(same, same, 9).tolist() == [[0, 1, 2, 3]] * 4
    assert nearest_neighbours(same, same, 9, True)[1].tolist() == [0, 2, 3]
    assert nearest_neighbours(np.zeros((1, 3)), same, 2).tolist() == [[0, 1]]
    assert nearest_neighbours(np.zeros((0, 3)), same, 2).shape == (0, 2)
