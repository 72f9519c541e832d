"""Perplexity against SciPy."""

import functools

import numpy as np
import pytest
from scipy.special import log_softmax

from ftkeras import metrics
from tests.helpers.metric_checks import case, check_metric


def reference(one):
    if one.weights is not None and not one.weights.sum():
        return np.nan
    logits = one.logits.astype("float64")
    own = log_softmax(logits, axis=-1)[np.arange(len(logits)), one.y_true]
    return np.exp(-np.average(own, weights=one.weights))


def test_it_equals_scipy_and_passes_every_check():
    build = functools.partial(metrics.Perplexity, num_classes=5)
    cases = [case(5, seed=seed, weighted=seed % 2 == 1, size=size)
             for seed, size in enumerate((257, 257, 1, 64))]  # fmt: skip
    check_metric(build, reference, 5, cases)


def test_sequences_of_uneven_length_are_one_mean_over_tokens():
    """The mean of batch means, which KerasHub reported for years, is another number."""
    rng = np.random.default_rng(0)
    metric = metrics.Perplexity(5, ignore_label=-100)
    losses = []
    for batch, length in ((2, 3), (4, 7)):
        labels = rng.integers(0, 5, (batch, length))
        logits = rng.normal(size=(batch, length, 5)).astype("float32")
        labels[0, 1:] = -100
        metric.update_state(labels, logits)
        rows = log_softmax(logits.astype("float64"), axis=-1)
        own = np.take_along_axis(rows, np.maximum(labels, 0)[..., None], -1)[..., 0]
        losses.append(-own[labels != -100])
    expected = np.exp(np.concatenate(losses).mean())
    assert float(metric.result()) == pytest.approx(expected, rel=1e-6)
    assert abs(np.exp(np.mean([part.mean() for part in losses])) - expected) > 1e-3
