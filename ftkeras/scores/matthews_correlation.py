"""The correlation between true and predicted classes."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.class_tallies import ClassTallies
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class MatthewsCorrelation(Score):
    """Matthews' correlation of the confusion matrix, in Gorodkin's form for several classes.

    With r the share of right answers, t_c and p_c the shares of units truly and predictedly of
    class c: (r - sum t_c p_c) / sqrt((1 - sum t_c^2) (1 - sum p_c^2)). Range [-1, 1]; 1 is best, 0
    is chance. Undefined when all units are of one class or all answers are one class
    (scikit-learn then returns 0).

    Args:
        num_classes: Number of classes; 2 is binary.
        threshold: Probability above which the answer is class 1; binary only.

    Example:
        >>> round(MatthewsCorrelation()([0, 0, 1, 1], [-2.0, 1.0, 1.0, 3.0]), 4)
        0.5774

    References:
        Gorodkin, 2004, Computational Biology and Chemistry 28, eq. 8. Checked against scikit-learn.
    """

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = "all units, or all answers, are of one class"

    num_classes: int = 2
    threshold: float = 0.5

    @property
    def bounds(self) -> tuple[float, float]:
        """[-1, 1]."""
        return (-1.0, 1.0)

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(self.num_classes)

    @property
    def counts(self) -> ClassTallies:
        """How often each class was right, true and predicted."""
        return ClassTallies(self.num_classes, self.threshold)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the correlation; see `Score.formula`."""
        total = xp.sum(counts[..., 1, :], axis=-1, keepdims=True)
        right, true, predicted = (ratio(counts[..., row, :], total, xp) for row in range(3))
        covariance = xp.sum(right - true * predicted, axis=-1)
        # t (1 - t) summed is 1 - sum t^2 without the cancellation.
        spread = xp.sum(true * (1 - true), axis=-1) * xp.sum(predicted * (1 - predicted), axis=-1)
        return ratio(covariance, xp.sqrt(spread), xp)
