"""The share of questions whose answer is one of the gold answers."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Units
from ftkeras.scores._answers import AnswerMean


@dataclass(frozen=True)
class AnswerExactMatch(AnswerMean):
    """Answers equal to one of their gold answers / questions.

    Case, ASCII punctuation, the articles a, an, the and extra blanks do not count, as in the
    official script of SQuAD (which prints 100 times this). Range [0, 1]; 1 is best. Undefined when
    nothing was counted. Label: a text, or a list of texts (`[""]` for "no answer").

    Example:
        >>> AnswerExactMatch()([["the Eiffel Tower", "Paris"], "1889"], ["Eiffel tower", "in 89"])
        0.5

    References:
        Rajpurkar et al., 2016, EMNLP. Checked against the official script of SQuAD 1.1.
    """

    value: ClassVar[str] = "exact_match"

    def proportion(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns (exact matches, questions)."""
        return counts[..., 1], counts[..., 0]

    def hits(self, units: Units, xp: ModuleType) -> Any:
        """Returns which questions were answered exactly."""
        return units.predictions[:, 1] > 0
