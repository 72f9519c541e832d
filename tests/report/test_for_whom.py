import numpy as np
import pytest

from ftkeras.report import for_whom
from ftkeras.report.plots import slices
from tests.report import drawing


def one(value, difference, adjusted, column="language"):
    return {
        "column": column, "value": value, "num_units": 120, "score": 0.9 + difference,
        "low": 0.85 + difference, "high": 0.93 + difference, "rest": 0.9, "difference": difference,
        "difference_low": difference - 0.02, "difference_high": difference + 0.02,
        "p_value": adjusted / 3, "adjusted": adjusted,
    }  # fmt: skip


FOUND = {
    "score": "accuracy", "overall": 0.895, "num_units": 1500, "num_compared": 3,
    "differences": [one("fr", 0.05, 0.01), one("de", -0.2, 0.001), one("en", -0.01, 0.6)],
}  # fmt: skip


def test_slices_that_differ_come_first_and_the_worst_of_them_leads():
    rows = for_whom.slice_rows(FOUND["differences"], "accuracy")
    assert [row.name for row in rows] == ["language: de", "language: fr", "language: en"]
    assert rows[0].difference == "−20.0 points"
    assert rows[0].difference_interval == "−22.0 to −18.0 points"
    assert rows[0].p_value == "p = 0.0010"
    assert [row.differs for row in rows] == [True, True, False]


def test_the_sentence_counts_what_is_beyond_chance():
    assert "1 is worse and 1 better by more than chance" in for_whom.slices_sentence(FOUND)
    calm = {**FOUND, "differences": FOUND["differences"][2:], "num_compared": 1}
    assert "none differs from the overall accuracy of 89.5%" in for_whom.slices_sentence(calm)
    empty = {**FOUND, "differences": [], "num_compared": 0}
    assert "No slice has enough examples" in for_whom.slices_sentence(empty)


def test_the_picture_names_the_worst_slice():
    svg = slices.draw(FOUND)
    assert "Worst: language: de, 70.0%. All examples: 89.5%" in drawing.description(svg)
    assert "language: fr (120)" in svg
    assert slices.draw({**FOUND, "differences": []}) == ""


def part(num_suspects, **accuracies):
    return {"num_units": 500, "num_suspects": num_suspects, "noise": 0.021, **accuracies}


def test_suspects_are_told_with_what_they_would_mean():
    test = part(6, accuracy=0.9, accuracy_low=0.893, accuracy_high=0.912)
    sentence = for_whom.suspects_sentence({"parts": {"validation": part(3), "test": test}})
    for words in ("3 of 500 validation labels and 6 of 500 test labels", "look at them",
                  "now 90.0%, would be between 89.3% and 91.2%", "wrong labels at 2.1%"):  # fmt: skip
        assert words in sentence
    none = for_whom.suspects_sentence({"parts": {"test": part(0)}})
    assert none == "None of the labels is suspected (0 of 500 test labels)."


@pytest.fixture
def answers(binary):
    return {"test": binary}


@pytest.fixture(scope="module")
def binary(binary_run):
    from ftkeras.records.predictions import Predictions
    from ftkeras.report.answers import decode

    return decode(Predictions.read(binary_run / "predictions/model.parquet").part("test"))


def test_suspects_are_shown_as_a_person_sees_them(answers):
    binary = answers["test"]
    noise = {"suspects": [
        {"id": str(binary.ids[row]), "part": "test", "given": "benign", "suggested": "malignant",
         "margin": -0.9, "self_confidence": 0.05} for row in (7, 3)
    ] + [{"id": "gone", "part": "validation", "given": "a", "suggested": "b", "margin": 0.0,
          "self_confidence": 0.4}]}  # fmt: skip
    shown = for_whom.suspects(noise, answers)
    assert [one.text for one in shown[:2]] == [str(binary.previews[row]) for row in (7, 3)]
    assert (shown[2].text, shown[2].image) == ("", "")
    assert np.isclose(shown[0].confidence, 0.05)
