import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from ftkeras.baselines.equal_scores import EqualScores
from ftkeras.contracts.dataset import Dataset
from ftkeras.scores.normalized_discounted_cumulative_gain import (
    NormalizedDiscountedCumulativeGain,
)


def lists(*sizes):
    inputs = np.empty(len(sizes), object)
    inputs[:] = [tuple(f"document {i}" for i in range(size)) for size in sizes]
    ids = np.array([str(row) for row in range(len(sizes))])
    return Dataset("text_list", ids, inputs, np.zeros(len(sizes)), ids.astype(object))


def test_its_gain_is_the_mean_over_all_orders():
    relevances = np.array([[3.0, 0.0, 1.0, 0.0]])
    answer = EqualScores().fit(lists(4), relevances, num_classes=1, seed=0)(lists(4))
    generator = np.random.default_rng(0)
    orders = [ndcg_score(relevances, generator.permutation(np.arange(4.0))[None])
              for _ in range(1000)]  # fmt: skip
    found = NormalizedDiscountedCumulativeGain()(relevances, answer)
    assert found == pytest.approx(np.mean(orders), abs=4 * np.std(orders) / np.sqrt(len(orders)))


def test_answers_are_as_wide_as_the_longest_list_asked_about():
    answer = EqualScores().fit(lists(2), np.zeros((1, 2)), num_classes=1, seed=0)
    assert answer(lists(3, 5)).shape == (2, 5)
    assert not answer(lists(3, 5)).any()
