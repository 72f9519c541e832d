import numpy as np
import pytest
from sklearn.metrics import log_loss

from ftkeras.records.predictions import Predictions
from ftkeras.report.answers import decode


def predictions(logits, labels, task, classes):
    return Predictions(
        ids=np.array([str(row) for row in range(len(labels))]),
        labels=np.array(labels),
        logits=np.array(logits, "float32"),
        splits=np.repeat("test", len(labels)),
        task=task,
        class_names=tuple(f"class {index}" for index in range(classes)),
    )


def test_losses_average_to_the_log_loss_of_scikit_learn():
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 4, 200)
    answers = decode(predictions(generator.normal(size=(200, 4)), labels, "multiclass", 4))
    expected = log_loss(labels, answers.probabilities, labels=range(4))
    assert answers.losses.mean() == pytest.approx(expected)


def test_one_logit_becomes_two_probabilities():
    answers = decode(predictions([[-3.0], [0.0], [1.0]], [0, 1, 1], "binary", 2))
    expected = 1 / (1 + np.exp([3.0, 0.0, -1.0]))
    np.testing.assert_allclose(answers.probabilities[:, 1], expected)
    assert answers.predicted.tolist() == [0, 0, 1]
    assert answers.correct.tolist() == [True, False, True]
    np.testing.assert_allclose(answers.confidence, [1 - expected[0], 0.5, expected[2]])


def test_an_answer_that_is_surely_wrong_has_a_finite_loss():
    answers = decode(predictions([[3e4]], [0], "binary", 2))
    assert np.isfinite(answers.losses).all()
    assert answers.losses[0] > 700
