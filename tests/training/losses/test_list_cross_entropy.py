import numpy as np
import pytest
from scipy.special import logsumexp

from ftkeras.training.losses.list_cross_entropy import ListCrossEntropy


def test_the_loss_of_lists_is_the_cross_entropy_of_shares():
    rng = np.random.default_rng(5)
    relevance = np.array([[3.0, 0.0, 1.0, -1.0], [0.0, 0.0, -1.0, -1.0], [0.0, 2.0, 0.0, 0.0]])
    scores = rng.normal(size=relevance.shape)
    costs = []
    for grades, row in zip(relevance, scores, strict=True):
        there = grades >= 0
        wanted = grades[there] / max(grades[there].sum(), 1)
        costs.append(-(wanted * (row[there] - logsumexp(row[there]))).sum())
    loss = ListCrossEntropy()((), 0.0)
    assert float(loss(relevance, scores[..., None])) == pytest.approx(np.mean(costs), rel=1e-5)
