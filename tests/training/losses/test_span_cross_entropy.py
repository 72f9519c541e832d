"""The loss of places in a text, against Keras' own cross-entropy over positions."""

import keras
import numpy as np
import pytest
from scipy.special import logsumexp

from ftkeras.training.losses.span_cross_entropy import SpanCrossEntropy


def marks_of(length, spans):
    """`(examples, longest, 2)`: the first position and those behind the second may be meant."""
    marks = np.full((len(spans), max(length), 2), -1, "int8")
    for row, (first, last) in enumerate(spans):
        marks[row, : length[row]] = 0
        marks[row, 1] = -1
        marks[row, first, 0] = marks[row, last, 1] = 1
    return marks


def test_with_one_answer_it_is_the_cross_entropy_over_the_allowed_positions():
    rng = np.random.default_rng(0)
    lengths, spans = [6, 9, 4], [(2, 4), (5, 5), (0, 0)]
    marks, logits = marks_of(lengths, spans), rng.normal(size=(3, 9, 2)).astype("float32")
    expected = []
    for row, (length, span) in enumerate(zip(lengths, spans, strict=True)):
        allowed = [0, *range(2, length)]
        each = [
            keras.losses.SparseCategoricalCrossentropy(from_logits=True)(
                np.array([allowed.index(at)]), logits[row : row + 1, allowed, side]
            )
            for side, at in enumerate(span)
        ]
        expected.append(np.mean([float(value) for value in each]))
    loss = SpanCrossEntropy()((), 0.0)
    assert float(loss(marks, logits)) == pytest.approx(np.mean(expected), rel=1e-5)


def test_any_of_several_answers_will_do():
    logits = np.random.default_rng(1).normal(size=(1, 5, 2)).astype("float32")
    marks = np.array([[[0, 0], [-1, -1], [1, 0], [1, 1], [0, 1]]], "int8")
    begin, end = logits[0, :, 0], logits[0, :, 1]
    expected = [
        logsumexp(begin[[0, 2, 3, 4]]) - logsumexp(begin[[2, 3]]),
        logsumexp(end[[0, 2, 3, 4]]) - logsumexp(end[[3, 4]]),
    ]
    loss = SpanCrossEntropy()((), 0.0)
    assert float(loss(marks, logits)) == pytest.approx(np.mean(expected), rel=1e-5)


def test_what_stands_at_padding_and_at_the_question_changes_nothing():
    rng = np.random.default_rng(2)
    marks, logits = marks_of([5, 7], [(2, 3), (4, 6)]), rng.normal(size=(2, 7, 2))
    other = np.where(marks < 0, 1e4 * rng.normal(size=logits.shape), logits)
    loss = SpanCrossEntropy()((), 0.0)
    assert float(loss(marks, other)) == pytest.approx(float(loss(marks, logits)), rel=1e-6)


def test_its_gradient_is_finite_and_zero_where_nothing_may_be_meant():
    import tensorflow as tf

    marks = marks_of([5, 7], [(2, 3), (0, 0)])
    logits = tf.Variable(np.full((2, 7, 2), -3e4, "float32"))
    logits.assign(tf.where(marks >= 0, tf.random.normal(logits.shape, seed=1), logits))
    with tf.GradientTape() as tape:
        value = SpanCrossEntropy()((), 0.0)(marks, logits)
    gradient = tape.gradient(value, logits).numpy()
    assert np.isfinite(gradient).all()
    assert (gradient[marks < 0] == 0).all()
    assert (gradient[marks > 0] < 0).all()
