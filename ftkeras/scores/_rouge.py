"""Means of ROUGE values over texts: what ROUGE-N and ROUGE-L share."""

from abc import abstractmethod
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.rouge_values import RougeValues
from ftkeras.scores.inputs.objects import Objects


class Rouge(Score):
    """Mean over texts of precision, recall or F1."""

    direction: ClassVar[str] = "max"

    measure: str

    def __post_init__(self) -> None:
        if self.measure not in RougeValues.names:
            raise UserError(
                f"Expected `measure` to be one of {', '.join(RougeValues.names)}. Received: "
                f"measure={self.measure!r}."
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    @abstractmethod
    def counts(self) -> RougeValues:
        """Texts and the sums of their values."""

    @property
    def inputs(self) -> Objects:
        """Texts, with one reference each or several."""
        return Objects(self.counts)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean; see `Score.formula`."""
        return ratio(*self.fraction(counts, xp), xp)

    def fraction(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns (sum of the values, texts)."""
        return counts[..., 1 + RougeValues.names.index(self.measure)], counts[..., 0]
