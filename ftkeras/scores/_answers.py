"""Means over questions: what the scores of answers share."""

from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.answer_values import AnswerValues
from ftkeras.scores.inputs.objects import Objects


class AnswerMean(Score):
    """Mean over questions of one of their values."""

    direction: ClassVar[str] = "max"
    value: ClassVar[str]

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def counts(self) -> AnswerValues:
        """Questions and the sums of their values."""
        return AnswerValues(getattr(self, "no_answer", False))

    @property
    def inputs(self) -> Objects:
        """Texts, with one gold answer each or several."""
        return Objects(self.counts)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean; see `Score.formula`."""
        return ratio(*self.fraction(counts, xp), xp)

    def fraction(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns (sum of the values, questions)."""
        return counts[..., 1 + AnswerValues.names.index(self.value)], counts[..., 0]
