"""The mistakes with the highest loss: where to look first."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.task import answer_text
from ftkeras.report import wording
from ftkeras.report.answers import Answers

_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}")
_LONGEST = 400
_MOST_GRADES = 12


@dataclass(frozen=True)
class WorstError:
    """One wrong answer.

    Args:
        id: The example's id.
        text: What was read, cut to a readable length; empty for an image.
        image: A `data:image/...;base64,` thumbnail; empty for a text.
        true: Name of the true class, names of the true labels, or the true number; of a ranking the
            relevances in the best order.
        predicted: The same of what was answered: relevances in the order of the scores.
        confidence: Probability the model gave to its answer; `None` if it gave none.
        loss: Negative log likelihood of what is true, `None` likewise; of numbers, the error in
            standard deviations of what is true; of a ranking, 1 minus its gain.
    """

    id: str
    text: str
    image: str
    true: str
    predicted: str
    confidence: float | None
    loss: float | None


def find(answers: Answers, count: int = 20) -> list[WorstError]:
    """Returns the wrong answers with the highest loss, worst first.

    Args:
        answers: The model on test.
        count: How many at most.
    """
    wrong = np.flatnonzero(~answers.correct)
    order = wrong[np.argsort(-answers.losses[wrong], kind="stable")][:count]
    return [_error(answers, int(row)) for row in order]


def _badly_ordered(answers: Answers, row: int, text: str) -> WorstError:
    there = answers.labels[row] >= 0
    relevances, scores = answers.labels[row][there], answers.predicted[row][there]
    # Of equal scores the least relevant comes first: what may happen to a reader.
    order = np.lexsort((relevances, -scores))
    return WorstError(
        id=str(answers.ids[row]),
        text=text,
        image="",
        true=_grades(-np.sort(-relevances)),
        predicted=_grades(relevances[order]),
        confidence=None,
        loss=float(answers.losses[row]),
    )


def _grades(relevances: NDArray[np.float64]) -> str:
    more = " …" if len(relevances) > _MOST_GRADES else ""
    return " ".join(f"{value:.5g}" for value in relevances[:_MOST_GRADES]) + more


def preview(answers: Answers, row: int) -> tuple[str, str]:
    """Returns what a person sees of an example: a text or an image, the other one empty."""
    seen = "" if answers.previews is None else str(answers.previews[row] or "")
    return ("", seen) if _IMAGE.fullmatch(seen) else (wording.shortened(seen, _LONGEST), "")


def _error(answers: Answers, row: int) -> WorstError:
    text, image = preview(answers, row)
    if answers.kind == "relevances":
        return _badly_ordered(answers, row, text)
    sure = answers.scored and answers.kind != "numbers"
    return WorstError(
        id=str(answers.ids[row]),
        text=text,
        image=image,
        true=answer_text(answers.labels[row], answers.class_names),
        predicted=answer_text(answers.predicted[row], answers.class_names),
        confidence=float(answers.confidence[row]) if sure else None,
        loss=float(answers.losses[row]) if answers.scored else None,
    )
