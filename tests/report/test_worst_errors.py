import dataclasses

import numpy as np

from ftkeras.records.predictions import Predictions
from ftkeras.report import worst_errors
from ftkeras.report.answers import Answers, decode

PNG = "data:image/png;base64,iVBORw0KGgo="


def answers(previews=None) -> Answers:
    return decode(
        Predictions(
            ids=np.array(["a", "b", "c", "d"]),
            labels=np.array([0, 0, 1, 1]),
            logits=np.array([[1.0], [4.0], [-2.0], [5.0]], "float32"),
            splits=np.repeat("test", 4),
            task="binary",
            class_names=("no", "yes"),
            previews=None if previews is None else np.array(previews, dtype=object),
        )
    )


def test_only_wrong_answers_are_listed_highest_loss_first():
    found = worst_errors.find(answers())
    assert [error.id for error in found] == ["b", "c", "a"]
    assert [error.true for error in found] == ["no", "yes", "no"]
    assert [error.predicted for error in found] == ["yes", "no", "yes"]
    losses = [error.loss for error in found]
    assert losses == sorted(losses, reverse=True)
    assert found[0].confidence == 1 / (1 + np.exp(-4.0))


def test_no_more_than_asked_for():
    assert [error.id for error in worst_errors.find(answers(), count=2)] == ["b", "c"]


def test_a_thumbnail_is_an_image_and_all_else_is_text():
    sly = 'data:image/png;base64,AAAA" onerror="alert(1)'
    svg = "data:image/svg+xml;base64,AAAA"
    by_id = {error.id: error for error in worst_errors.find(answers([PNG, sly, svg, ""]))}
    assert (by_id["a"].image, by_id["a"].text) == (PNG, "")
    assert (by_id["b"].image, by_id["b"].text) == ("", sly)
    assert (by_id["c"].image, by_id["c"].text) == ("", svg)


def test_a_missing_preview_is_an_empty_text():
    nothing = dataclasses.replace(answers(), previews=np.array([None] * 4, dtype=object))
    assert {error.text for error in worst_errors.find(nothing)} == {""}
    assert {error.text for error in worst_errors.find(answers())} == {""}
