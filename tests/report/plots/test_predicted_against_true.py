import numpy as np
from scipy.stats import pearsonr

from ftkeras.records.predictions import Predictions
from ftkeras.report import wording
from ftkeras.report.answers import decode
from ftkeras.report.plots import predicted_against_true
from tests.report import drawing


def answers(true, said, names=("rating",)):
    true, said = np.asarray(true, "float64"), np.asarray(said, "float64")
    return decode(
        Predictions(
            ids=np.arange(len(true)).astype(str),
            labels=true,
            logits=said.reshape(len(said), -1).astype("float32"),
            splits=np.repeat("test", len(true)),
            task="regression",
            class_names=names,
        )
    )


def test_the_description_has_the_correlation_of_scipy():
    rng = np.random.default_rng(0)
    true = rng.normal(size=80)
    said = (true + rng.normal(size=80)).astype("float32")
    svg = predicted_against_true.draw(answers(true, said))
    assert wording.number(pearsonr(true, said).statistic) in svg
    assert "true rating" in drawing.words(svg)


def test_several_targets_have_a_panel_each():
    rng = np.random.default_rng(0)
    true = rng.normal(size=(30, 3))
    words = drawing.words(predicted_against_true.draw(answers(true, true, ("a", "b", "c"))))
    assert [word for word in words if word.startswith("true ")] == ["true a", "true b", "true c"]


def test_equal_answers_are_drawn_and_said():
    svg = predicted_against_true.draw(answers([1.0, 2.0], [1.5, 1.5]))
    assert "all labels or all answers are equal" in svg


def test_of_many_examples_as_many_are_drawn_as_can_be_seen():
    assert predicted_against_true.shown(7).tolist() == list(range(7))
    rows = predicted_against_true.shown(10**6)
    assert len(rows) == predicted_against_true.MOST_POINTS
    assert (rows[0], rows[-1]) == (0, 10**6 - 1)
