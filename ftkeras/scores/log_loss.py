"""The mean negative logarithm of the probability given to the true class."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.probability_terms import ProbabilityTerms
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class LogLoss(Score):
    """Mean of -log p(true class), in nats; also called cross-entropy.

    Computed from logits, so that it stays exact where a probability would round to 0 or 1.
    Range [0, inf); 0 is best. Undefined when nothing was counted.

    Args:
        num_classes: Number of classes; 2 is binary.

    Example:
        >>> round(LogLoss()([0, 1], [0.0, 0.0]), 4)
        0.6931

    References:
        Good, 1952, J. R. Statist. Soc. B 14. Checked against scikit-learn.
    """

    direction: ClassVar[str] = "min"

    num_classes: int = 2

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, inf)."""
        return (0.0, float("inf"))

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(self.num_classes)

    @property
    def counts(self) -> ProbabilityTerms:
        """Units and log loss."""
        return ProbabilityTerms(self.num_classes)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean loss; see `Score.formula`."""
        return ratio(*self.fraction(counts, xp), xp)

    def fraction(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns (loss, units)."""
        return counts[..., 1], counts[..., 0]
