"""Token accuracy against scikit-learn."""

import functools

import keras
import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from ftkeras import metrics
from ftkeras.scores.token_accuracy import TokenAccuracy
from ftkeras.statistics.intervals import measure
from tests.helpers.metric_checks import check_metric


def reference(one):
    if not len(one.present):
        return np.nan
    return accuracy_score(one.y_true, one.predicted, sample_weight=one.weights)


def test_it_equals_scikit_learn_and_passes_every_check():
    check_metric(functools.partial(metrics.TokenAccuracy, num_classes=5), reference, 5)


def test_padding_is_left_out_by_label_and_by_mask_inside_a_compiled_step():
    rng = np.random.default_rng(0)
    tokens = rng.integers(1, 9, (6, 5))
    tokens[:, 3:] *= rng.integers(0, 2, (6, 1))
    labels = rng.integers(0, 3, (6, 5))
    labels[:, 0] = -100
    inputs = keras.Input((5,), dtype="int32")
    hidden = keras.layers.Embedding(9, 4, mask_zero=True)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(3)(hidden))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-100)
    model.compile(loss=loss, metrics=[metrics.TokenAccuracy(3)])
    found = model.evaluate(tokens, labels, batch_size=4, verbose=0, return_dict=True)
    predicted = model.predict(tokens, verbose=0).argmax(-1)
    kept = (labels != -100) & (tokens != 0)
    expected = accuracy_score(labels[kept], predicted[kept])
    assert found["token_accuracy"] == pytest.approx(expected)


def test_an_interval_draws_whole_sentences():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, (40, 6))
    # All tokens of a sentence are right or none is: 40 facts, not 240.
    right = np.repeat(rng.random((40, 1)) < 0.7, 6, axis=1)
    logits = np.eye(3)[np.where(right, labels, (labels + 1) % 3)].reshape(-1, 3)
    sentences = np.repeat(np.arange(40), 6)
    (apart,) = measure([TokenAccuracy(3)], labels.ravel(), logits)
    (grouped,) = measure([TokenAccuracy(3)], labels.ravel(), logits, groups=sentences)
    assert apart.value == grouped.value == right.mean()
    assert grouped.high - grouped.low == pytest.approx(6**0.5 * (apart.high - apart.low), rel=0.2)
