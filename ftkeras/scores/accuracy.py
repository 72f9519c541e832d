"""The share of units whose class was predicted right."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score, Units
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.class_tallies import ClassTallies, predicted_classes
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class Accuracy(Score):
    """Right answers / all answers.

    Range [0, 1]; 1 is best. Undefined when nothing was counted. On imbalanced data a model that
    never answers the rare class scores high: look at balanced accuracy beside it.

    Args:
        num_classes: Number of classes; 2 is binary.
        threshold: Probability above which the answer is class 1; binary only.

    Example:
        >>> Accuracy()([0, 1, 1, 1], [-2.0, 1.0, -1.0, 3.0])
        0.75
    """

    direction: ClassVar[str] = "max"

    num_classes: int = 2
    threshold: float = 0.5

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(self.num_classes)

    @property
    def counts(self) -> ClassTallies:
        """How often each class was right, true and predicted."""
        return ClassTallies(self.num_classes, self.threshold)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns right / all; see `Score.formula`."""
        return ratio(*self.proportion(counts, xp), xp)

    def proportion(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns (right answers, answers)."""
        return xp.sum(counts[..., 0, :], axis=-1), xp.sum(counts[..., 1, :], axis=-1)

    def hits(self, units: Units, xp: ModuleType) -> Any:
        """Returns which units were right."""
        return predicted_classes(units.predictions, self.threshold, xp) == units.labels
