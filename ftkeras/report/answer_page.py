"""What the page says of answers that are pieces of texts: kinds of questions, and worst answers."""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from ftkeras.records.run_record import Measurement
from ftkeras.report import score_table, wording
from ftkeras.report.answers import Answers
from ftkeras.report.beliefs import Row, Section
from ftkeras.report.language import N_
from ftkeras.report.language import gettext as _

_KINDS = {"answer": N_("Questions with an answer"), "no answer": N_("Questions without one")}
_AROUND = 140
_SHOWN = 20
_SURE = "score"


@dataclass(frozen=True)
class Piece:
    """A part of an excerpt that one thing is said of.

    Args:
        text: The characters.
        true: Whether they are of the gold answer.
        said: Whether they are of the model's answer.
    """

    text: str
    true: bool
    said: bool


@dataclass(frozen=True)
class AnswerError:
    """A question that was answered wrong, at least in part.

    Args:
        id: The example's id.
        question: The question.
        pieces: What stands around the gold answer, or the model's where there is none.
        true: The gold answers; empty where there is none.
        said: What was answered; empty for "no answer".
        f1: The F1 of the answer.
    """

    id: str
    question: str
    pieces: tuple[Piece, ...]
    true: str
    said: str
    f1: float


def section(analyses: dict[str, Any]) -> Section | None:
    """Returns what is said of kinds of questions, the threshold and windows; `None` without any.

    Args:
        analyses: Of the record.
    """
    found = analyses.get("answers")
    if found is None:
        return None
    rows = tuple(_row(name, each) for name, each in found["kinds"].items())
    head = (_("On test"), _("Questions"), _("F1 of words"), _("Exact match"), _("Answered at all"))
    sentences = [*_of_threshold(found.get("threshold")), *_of_windows(analyses.get("windows"))]
    fine = _(
        "F1 counts the words that an answer shares with the best gold answer; case, punctuation "
        "and the articles a, an, the do not count, as in the official scripts of SQuAD. Where "
        "there is no answer, saying so scores 1 and anything else 0."
    )
    return Section(tuple(sentences), head, rows, fine)


def _row(name: str, found: dict[str, Any]) -> Row:
    cells = [(wording.count(found["questions"]), "")]
    for item in found["scores"]:
        cell = score_table.cell(Measurement(**item))
        cells.append((cell.value, cell.interval))
    share = found["spoke"] / max(found["questions"], 1)
    cells.append((wording.percent(round(share, 3)), ""))
    return Row(_(_KINDS[name]), tuple(cells))


def _of_threshold(found: dict[str, Any] | None) -> list[str]:
    if found is None:
        return []
    return [
        _(
            "“No answer” is said where its score is more than {threshold} above that of the best "
            "piece of the text. {questions:,} questions of validation chose this: F1 is {value} "
            "there, {always} where every question is answered, and {never} where none is.",
            threshold=wording.number(found["threshold"]),
            questions=found["questions"],
            value=wording.number(found["value"]),
            always=wording.number(found["always"]),
            never=wording.number(found["never"]),
        )
    ]


def _of_windows(found: dict[str, Any] | None) -> list[str]:
    if found is None:
        return []
    test, told = found["parts"]["test"], []
    if test["several"]:
        told.append(
            _(
                "{several:,} of {questions:,} test questions are about texts that are too long to "
                "be read at once with their question; they are read in windows that overlap, and "
                "the best piece of all of them is the answer.",
                several=test["several"],
                questions=test["questions"],
            )
        )
    missed = {name: part["out_of_reach"] for name, part in found["parts"].items()}
    if any(missed.values()):
        told.append(
            _(
                "No window holds a whole gold answer of {train:,} questions of train, "
                "{validation:,} of validation and {test:,} of test: they are learnt as “no answer "
                "here”, and count as wrong unless a part of the answer is found.",
                **missed,
            )
        )
    return told


def errors(answers: Answers, count: int = _SHOWN) -> list[AnswerError]:
    """Returns the questions with the worst answers, of equals those the model was surest of.

    Args:
        answers: The model on test.
        count: How many at most.
    """
    wrong = np.flatnonzero(~answers.correct)
    sure = np.array([float(each.get(_SURE, 0.0)) for each in answers.predicted])
    order = wrong[np.lexsort((-sure[wrong], -answers.losses[wrong]))]
    return [_error(answers, int(row)) for row in order[:count]]


def _error(answers: Answers, row: int) -> AnswerError:
    golds, said = answers.labels[row], answers.predicted[row]
    seen = "" if answers.previews is None else str(answers.previews[row] or "")
    question, _line, context = seen.partition("\n")
    shown = list(dict.fromkeys(gold["text"] for gold in golds))
    return AnswerError(
        id=str(answers.ids[row]),
        question=question,
        pieces=_excerpt(context, golds[0] if golds else None, said),
        true=" / ".join(wording.shortened(text, 120) for text in shown[:3]),
        said=wording.shortened(str(said["text"]), 240),
        f1=1 - float(answers.losses[row]),
    )


def _excerpt(context: str, gold: dict[str, Any] | None, said: dict[str, Any]) -> tuple[Piece, ...]:
    """Returns what stands around the gold answer, cut where what is said of it changes."""
    middle = gold or said
    begin, end = middle["start"], middle["start"] + len(middle["text"])
    if begin < 0 or context[begin:end] != middle["text"]:  # no preview, or not so much of it
        return ()
    first, last = max(0, begin - _AROUND), min(len(context), end + _AROUND)
    spans = [
        (each["start"], each["start"] + len(each["text"])) if each and each["text"] else (0, 0)
        for each in (gold, said)
    ]
    cuts = sorted({first, last, *(cut for span in spans for cut in span if first < cut < last)})
    pieces = [
        Piece(context[a:b], *(span[0] <= a < span[1] for span in spans))
        for a, b in itertools.pairwise(cuts)
    ]
    if first:
        pieces.insert(0, Piece("… ", False, False))
    if last < len(context):
        pieces.append(Piece(" …", False, False))
    return tuple(pieces)
