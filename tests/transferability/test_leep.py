import numpy as np
import pytest

from ftkeras.errors import UserError
from ftkeras.transferability.leep import Leep


def test_it_is_the_mean_log_expected_prediction_of_the_paper():
    rng = np.random.default_rng(0)
    answers = rng.dirichlet(np.ones(5), size=30)
    labels = rng.integers(0, 3, 30)
    logs = []
    for row in range(30):
        expected = 0.0
        for z in range(5):
            joint = sum(answers[i, z] for i in range(30) if labels[i] == labels[row]) / 30
            marginal = sum(answers[i, z] for i in range(30)) / 30
            expected += joint / marginal * answers[row, z]
        logs.append(np.log(expected))
    score = Leep()
    assert score(answers, labels) == pytest.approx(np.mean(logs))
    np.testing.assert_allclose(
        score.influences(answers, labels), (np.array(logs) - np.mean(logs)) / 30
    )


def test_answers_that_say_nothing_score_the_entropy_of_the_labels():
    labels = np.array([0, 0, 0, 1])
    entropy = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    assert Leep()(np.full((4, 7), 1 / 7), labels) == pytest.approx(-entropy)


def test_features_are_no_answers():
    with pytest.raises(UserError, match="softmax"):
        Leep()(np.ones((4, 3)), np.arange(4) % 2)
