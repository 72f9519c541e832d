"""Perplexity of documents against NumPy and against the perplexity of logits."""

import numpy as np
import pytest
from scipy.special import log_softmax

from ftkeras import metrics
from ftkeras.errors import UserError
from ftkeras.scores.document_perplexity import DocumentPerplexity
from ftkeras.scores.perplexity import Perplexity
from ftkeras.statistics.intervals import measure
from tests.helpers.host_checks import check_host_metric


def documents(number=30, seed=0):
    """Tokens and log-likelihoods; a document is hard or easy as a whole."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 20, number)
    hardness = rng.gamma(2.0, 1.0, number)
    tokens = [rng.integers(0, 50, length) for length in lengths]
    losses = [hard * rng.random(length)
              for hard, length in zip(hardness, lengths, strict=True)]  # fmt: skip
    return tokens, [-loss for loss in losses]


def test_it_is_the_mean_over_tokens():
    tokens, likelihoods = documents()
    expected = np.exp(-np.concatenate(likelihoods).mean())
    assert DocumentPerplexity()(tokens, likelihoods) == pytest.approx(expected)
    tokens[0][:] = -100
    expected = np.exp(-np.concatenate(likelihoods[1:]).mean())
    assert DocumentPerplexity()(tokens, likelihoods) == pytest.approx(expected)


def test_it_equals_the_perplexity_of_the_logits():
    rng = np.random.default_rng(1)
    labels, logits = rng.integers(0, 6, (4, 9)), rng.normal(size=(4, 9, 6))
    rows = np.take_along_axis(log_softmax(logits, -1), labels[..., None], -1)[..., 0]
    found = DocumentPerplexity()(labels, rows)
    assert found == pytest.approx(Perplexity(6)(labels, logits))


def test_the_metric_counts_as_the_score_does():
    tokens, likelihoods = documents(8)
    best = [np.zeros(len(one)) for one in tokens]
    check_host_metric(metrics.DocumentPerplexity(), tokens, likelihoods, best)


def test_an_interval_draws_documents():
    tokens, likelihoods = documents(100)
    score = DocumentPerplexity()
    arrays = score.inputs.array(tokens), score.inputs.array(likelihoods)
    (found,) = measure([score], *arrays)
    # The delta method for a ratio of sums over documents.
    loss = np.array([-one.sum() for one in likelihoods])
    length = np.array([len(one) for one in tokens])
    mean = loss.sum() / length.sum()
    spread = np.std(loss - mean * length) / length.mean() / 10 * np.exp(mean)
    assert found.num_units == 100
    assert found.high - found.low == pytest.approx(2 * 1.98 * spread, rel=0.2)


def test_wrong_inputs_are_refused():
    with pytest.raises(UserError, match="2 for 3 tokens"):
        DocumentPerplexity()([[1, 2, 3]], [[-1.0, -2.0]])
    with pytest.raises(UserError, match=r"Received: 0\.7"):
        DocumentPerplexity()([[1]], [[0.7]])
