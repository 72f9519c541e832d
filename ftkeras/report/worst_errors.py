"""The mistakes with the highest loss: where to look first."""

import re
from dataclasses import dataclass

import numpy as np

from ftkeras.contracts.task import answer_text
from ftkeras.report import wording
from ftkeras.report.answers import Answers

_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}")
_LONGEST = 400


@dataclass(frozen=True)
class WorstError:
    """One wrong answer.

    Args:
        id: The example's id.
        text: What was read, cut to a readable length; empty for an image.
        image: A `data:image/...;base64,` thumbnail; empty for a text.
        true: Name of the true class, names of the true labels, or the true number.
        predicted: The same of what was answered.
        confidence: Probability the model gave to its answer; `None` if it gave none.
        loss: Negative log likelihood of what is true, `None` likewise; of numbers, the error in
            standard deviations of what is true.
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


def preview(answers: Answers, row: int) -> tuple[str, str]:
    """Returns what a person sees of an example: a text or an image, the other one empty."""
    seen = "" if answers.previews is None else str(answers.previews[row] or "")
    return ("", seen) if _IMAGE.fullmatch(seen) else (wording.shortened(seen, _LONGEST), "")


def _error(answers: Answers, row: int) -> WorstError:
    text, image = preview(answers, row)
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
