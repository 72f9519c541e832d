"""The mean squared error of the predicted probabilities."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.squared_error_terms import SquaredErrorTerms
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class BrierScore(Score):
    """Mean over units of the squared distance between probabilities and the one-hot label.

    Binary: mean of (p - y)^2, range [0, 1]. With more classes: mean of sum_c (p_c - y_c)^2, range
    [0, 2]. Both as in scikit-learn; 0 is best. Undefined when nothing was counted.

    Args:
        num_classes: Number of classes; 2 is binary.

    Example:
        >>> BrierScore()([0, 1], [0.0, 0.0])
        0.25

    References:
        Brier, 1950, Monthly Weather Review 78, eq. 2. Checked against scikit-learn.
    """

    direction: ClassVar[str] = "min"

    num_classes: int = 2

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1] if binary, else [0, 2]."""
        return (0.0, 1.0 if self.num_classes == 2 else 2.0)

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(self.num_classes)

    @property
    def counts(self) -> SquaredErrorTerms:
        """Units and squared error."""
        return SquaredErrorTerms(self.num_classes)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean squared error; see `Score.formula`."""
        return ratio(*self.fraction(counts, xp), xp)

    def fraction(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns (squared error, units): half of it if binary, where both classes err alike."""
        squared = counts[..., 1] / 2 if self.num_classes == 2 else counts[..., 1]
        return squared, counts[..., 0]
