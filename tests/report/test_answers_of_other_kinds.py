"""Several labels and numbers, decoded and shown."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import log_loss, precision_recall_fscore_support

from ftkeras.records.predictions import Predictions
from ftkeras.report import other_figures, worst_errors
from ftkeras.report.answers import decode
from ftkeras.report.plots import per_class
from tests.report import drawing
from tests.report.plots.test_predicted_against_true import answers as numbers

NAMES = ("comedy", "drama", "war")


@pytest.fixture
def labels():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, (90, 3)).astype("int8")
    return decode(
        Predictions(
            ids=np.arange(90).astype(str),
            labels=truth,
            logits=(rng.normal(size=(90, 3)) + truth).astype("float32"),
            splits=np.repeat("test", 90),
            task="multilabel",
            class_names=NAMES,
            previews=np.array([f"film {row}" for row in range(90)], object),
        )
    )


def test_losses_are_those_of_scikit_learn_summed_over_labels(labels):
    expected = sum(log_loss(labels.labels[:, k], labels.probabilities[:, k]) for k in range(3))
    assert labels.losses.mean() == pytest.approx(expected, rel=1e-6)


def test_an_answer_is_right_when_all_of_its_labels_are(labels):
    for row in range(90):
        said = set(np.flatnonzero(labels.probabilities[row] > 0.5))
        assert labels.correct[row] == (said == set(np.flatnonzero(labels.labels[row])))
        sure = [max(p, 1 - p) for p in labels.probabilities[row]]
        assert labels.confidence[row] == pytest.approx(np.prod(sure))


def test_shares_of_each_label_are_those_of_scikit_learn(labels):
    precision, recall, _, _ = precision_recall_fscore_support(labels.labels, labels.predicted)
    found = per_class.shares(labels)
    np.testing.assert_allclose([each.precision.value for each in found], precision)
    np.testing.assert_allclose([each.recall.value for each in found], recall)


def test_pictures_of_labels_name_them_all(labels):
    pictures = other_figures.of_labels(labels)
    assert [picture.title for picture in pictures] == [
        "Each label by itself", "ROC curve", "Precision-recall curve"
    ]  # fmt: skip
    for picture in pictures:
        words = " ".join(drawing.words(picture.svg))
        assert all(name in words for name in NAMES)


def test_the_worst_errors_name_sets(labels):
    first = worst_errors.find(labels)[0]
    row = int(first.id)
    assert first.true == (", ".join(np.array(NAMES)[labels.labels[row] == 1]) or "(none)")
    wrong = np.flatnonzero(~labels.correct)
    assert row == wrong[labels.losses[wrong].argmax()]


def test_the_largest_errors_of_numbers_come_first():
    true = np.array([1.0, 2.0, 3.0, 4.0])
    shown = worst_errors.find(numbers(true, np.add(true, [0.1, -3.0, 0.5, 1.0])))
    assert [error.id for error in shown] == ["1", "3", "2", "0"]
    assert (shown[0].true, shown[0].predicted, shown[0].confidence) == ("2", "-1", None)


def test_errors_in_several_units_count_by_their_spread():
    true = np.array([[0.0, 0.0], [1.0, 1000.0]])
    found = numbers(true, np.add(true, [[0.4, 0.0], [0.0, 300.0]]), ("a", "b"))
    assert found.losses.tolist() == pytest.approx([0.4, 0.3])


def test_pictures_of_numbers():
    true = np.linspace(0, 1, 20)
    titles = [picture.title for picture in other_figures.of_numbers(numbers(true, true))]
    assert titles == ["Predicted against true", "Errors"]


def test_probabilities_are_each_for_itself(labels):
    assert labels.probabilities.sum(axis=1).max() > 1.2
    assert ((expit(0) < labels.probabilities) == (labels.predicted == 1)).all()
