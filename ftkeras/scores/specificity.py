"""The share of the units of other classes that were not predicted as a class."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.class_tallies import ClassTallies
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class Specificity(Score):
    """(all - true_c - predicted_c + right_c) / (all - true_c), for one class against the rest.

    Also called the true negative rate: recall of "not this class". Range [0, 1]; 1 is best.
    Undefined when every unit is of the class.

    Args:
        num_classes: Number of classes; 2 is binary.
        class_index: The class that is "positive".
        threshold: Probability above which the answer is class 1; binary only.

    Example:
        >>> Specificity()([0, 0, 0, 1], [2.0, -1.0, -1.0, 3.0])
        0.6666666666666666

    References:
        Yerushalmy, 1947, Public Health Reports 62. Checked against scikit-learn.
    """

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = "every unit is of the class"

    num_classes: int = 2
    class_index: int = 1
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if self.class_index not in range(self.num_classes):
            raise UserError(
                f"Expected `class_index` in [0, {self.num_classes}). Received: "
                f"class_index={self.class_index!r}."
            )

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
        """Returns the share; see `Score.formula`."""
        return ratio(*self.proportion(counts, xp), xp)

    def proportion(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns (rightly not predicted, of other classes)."""
        right, true, predicted = (counts[..., row, self.class_index] for row in range(3))
        others = xp.sum(counts[..., 1, :], axis=-1) - true
        return others - (predicted - right), others
