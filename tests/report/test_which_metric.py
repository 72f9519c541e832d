import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    balanced_accuracy_score,
    f1_score,
)

from ftkeras.errors import UserError
from ftkeras.report.which_metric import which_metric


def advice(*counts):
    return which_metric(counts, [f"c{k}" for k in range(len(counts))])


@pytest.mark.parametrize(
    ("counts", "look_at", "misleads"),
    [
        ((500, 500), "accuracy", ()),
        ((640, 360), "accuracy", ()),
        ((800, 200), "balanced_accuracy", ("accuracy",)),
        ((200, 800), "balanced_accuracy", ("accuracy", "f1_score", "average_precision")),
        ((990, 10), "average_precision", ("accuracy", "area_under_roc_curve")),
        ((10, 990), "balanced_accuracy", ("accuracy", "f1_score", "average_precision")),
        ((100, 90, 110), "accuracy", ()),
        ((900, 60, 40), "f1_score(average='macro')", ("accuracy", "f1_score(average='weighted')")),
    ],
)
def test_the_shares_of_the_classes_decide(counts, look_at, misleads):
    found = advice(*counts)
    assert (found.look_at, found.misleads) == (look_at, misleads)


def test_what_a_constant_answer_reaches_is_what_scikit_learn_says():
    labels = np.repeat([0, 1], [157, 339])
    said = np.ones_like(labels)
    sentence = advice(157, 339).sentence
    for score in (accuracy_score, f1_score, average_precision_score):
        assert f"{100 * score(labels, said):.0f}%" in sentence
    assert balanced_accuracy_score(labels, said) == 0.5
    assert "it gets 50%" in sentence


def test_one_in_a_hundred_is_called_so():
    sentence = advice(9900, 100).sentence
    assert "one in 100," in sentence
    assert "accuracy 99%" in sentence
    assert "accuracy 99.9%" in advice(99_900, 100).sentence


def test_a_handful_of_examples_is_said_to_say_little():
    assert "With 7 examples of “c1”" in advice(700, 7).sentence
    assert "With no examples of “c2”" in advice(70, 70, 0).sentence
    assert "no number says much" not in advice(700, 70).sentence


@pytest.mark.parametrize("counts", [(), (5,), (0, 0), (3, -1)])
def test_what_is_no_distribution_is_refused(counts):
    with pytest.raises(UserError, match="Received: counts="):
        advice(*counts)
