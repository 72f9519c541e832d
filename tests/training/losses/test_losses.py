"""Losses against formulas written out in NumPy."""

import keras
import numpy as np
import pytest
from scipy.special import log_softmax

from ftkeras.errors import UserError
from ftkeras.training.losses.cross_entropy import CrossEntropy
from ftkeras.training.losses.focal import Focal
from ftkeras.training.losses.logit_adjustment import LogitAdjustment

COUNTS = (60, 30, 10)


@pytest.fixture
def answers():
    generator = np.random.default_rng(0)
    return generator.normal(size=(20, 3)) * 3, generator.integers(0, 3, 20)


def two_columns(logits):
    return np.concatenate([np.zeros_like(logits), logits], axis=1)


def test_cross_entropy_is_that_of_keras(answers):
    logits, labels = answers
    ours = CrossEntropy(label_smoothing=0.2)(COUNTS, 0.0)(labels, logits)
    keras_own = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)
    assert float(ours) == pytest.approx(float(keras_own(np.eye(3)[labels], logits)), rel=1e-5)
    ours = CrossEntropy(label_smoothing=0.2)(COUNTS[:2], 0.0)(labels > 0, logits[:, :1])
    keras_own = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)
    expected = float(keras_own((labels > 0)[:, None].astype("float32"), logits[:, :1]))
    assert float(ours) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("gamma", [0, 0.5, 2])
def test_focal_loss_is_that_of_the_paper(answers, gamma):
    logits, labels = answers
    log_p = log_softmax(logits, axis=1)[np.arange(20), labels]
    expected = (-((1 - np.exp(log_p)) ** gamma) * log_p).mean()
    ours = Focal(gamma)(COUNTS, 0.0)(labels, logits)
    assert float(ours) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("columns", [1, 3])
def test_logit_adjustment_is_that_of_the_paper(answers, columns):
    logits, labels = answers
    logits, labels = logits[:, :columns], labels % max(columns, 2)
    counts = np.array(COUNTS[: max(columns, 2)])
    full = logits if columns == 3 else two_columns(logits)
    adjusted = full + 1.5 * np.log(counts / counts.sum())
    expected = -log_softmax(adjusted, axis=1)[np.arange(20), labels].mean()
    ours = LogitAdjustment(tau=1.5)(tuple(counts), 0.0)(labels, logits)
    assert float(ours) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("rule", [CrossEntropy(), Focal(), LogitAdjustment()])
def test_a_weight_counts_an_example_that_often(answers, rule):
    logits, labels = answers
    weights = np.array([1, 2, 3, 0] * 5)
    loss = rule(COUNTS, 0.1)
    weighted = float(loss(labels, logits, sample_weight=weights)) * 20
    repeated = np.repeat(np.arange(20), weights)
    assert weighted == pytest.approx(float(loss(labels[repeated], logits[repeated])) * 30, rel=1e-5)


def test_gradients_are_finite_where_an_answer_is_certain():
    import tensorflow as tf

    for gamma in (0.5, 2.0):
        logits = tf.Variable([[200.0], [-200.0]])
        with tf.GradientTape() as tape:
            loss = Focal(gamma)((1, 1), 0.0)(np.array([1, 1]), logits)
        assert np.isfinite(tape.gradient(loss, logits).numpy()).all()


@pytest.mark.parametrize(
    ("make", "says"),
    [(lambda: Focal(-1), "gamma="), (lambda: LogitAdjustment(-1), "tau="),
     (lambda: CrossEntropy(1.0), "label_smoothing=")],
)  # fmt: skip
def test_a_setting_out_of_range_is_refused(make, says):
    with pytest.raises(UserError, match=says):
        make()
