"""What the page says of answers: excerpts, kinds of questions, windows."""

import numpy as np

from ftkeras.records.predictions import Predictions
from ftkeras.report import answer_page
from ftkeras.report.answers import decode

CONTEXT = "x " * 100 + "Ann left Rome in 1999. Bob stayed." + " y" * 100
AT = CONTEXT.index("Ann")


def said(text, score=1.0):
    start = CONTEXT.index(text) if text else -1
    best = [{"text": text or "Bob", "start": max(start, 0), "score": score}]
    return {"text": text, "start": start, "score": score, "null_score": 0.0, "best": best}


def answers(golds, given, previews=True):
    labels, answered = np.empty(len(golds), object), np.empty(len(golds), object)
    labels[:] = [[{"text": t, "start": CONTEXT.index(t)} for t in each] for each in golds]
    answered[:] = given
    seen = np.array([f"Question {k}?\n{CONTEXT}" for k in range(len(golds))], object)
    return decode(
        Predictions(
            ids=np.array([str(k) for k in range(len(golds))]), labels=labels,
            logits=np.zeros((len(golds), 0), "float32"), splits=np.full(len(golds), "test"),
            task="question_answering", class_names=("answer", "no answer"),
            previews=seen if previews else None, answers=answered,
        )
    )  # fmt: skip


def test_the_worst_come_first_and_of_equals_the_surest():
    found = answers(
        [["Ann"], ["Rome"], ["Rome"], ["left Rome"], []],
        [said("Ann"), said("Bob", 2.0), said("1999", 5.0), said("Rome"), said("Bob", 1.0)],
    )
    assert found.correct.tolist() == [True, False, False, False, False]
    errors = answer_page.errors(found)
    assert [error.id for error in errors] == ["2", "1", "4", "3"]
    assert errors[-1].f1 == 2 / 3
    assert errors[2].true == ""


def test_an_excerpt_marks_what_is_right_and_what_was_said():
    (error,) = answer_page.errors(answers([["left Rome"]], [said("Rome in 1999")]))
    marked = [(piece.text, piece.true, piece.said) for piece in error.pieces]
    assert ("left ", True, False) in marked
    assert ("Rome", True, True) in marked
    assert (" in 1999", False, True) in marked
    told = "".join(text for text, _, _ in marked)
    assert told.startswith("… ") and told.endswith(" …")  # noqa: PT018
    assert told[2:-2] in CONTEXT
    assert error.question == "Question 0?"


def test_without_a_preview_there_is_no_excerpt():
    (error,) = answer_page.errors(answers([["Rome"]], [said("Ann")], previews=False))
    assert error.pieces == ()
    assert (error.true, error.said) == ("Rome", "Ann")


def test_nothing_is_said_where_nothing_was_found():
    assert answer_page.section({}) is None


def test_answers_out_of_reach_are_told_of():
    part = {"questions": 9, "windows": 12, "several": 2, "out_of_reach": 1, "where": ["a"]}
    none = {**part, "out_of_reach": 0}
    found = answer_page.section(
        {
            "answers": {"kinds": {}, "threshold": None},
            "windows": {"parts": {"train": part, "validation": none, "test": part}, "room": 13},
        }
    )
    assert any("2 of 9 test questions are about texts" in each for each in found.sentences)
    assert any("1 questions of train, 0 of validation and 1 of test" in each
               for each in found.sentences)  # fmt: skip
