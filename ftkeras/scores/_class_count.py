"""The four cells of one class against the rest."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.scores.counts.class_tallies import ClassTallies
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class ClassCount(Score):
    """A number of units, of one class against the rest.

    Args:
        num_classes: Number of classes; 2 is binary.
        class_index: The class that is "positive".
        threshold: Probability above which the answer is class 1; binary only.
    """

    direction: ClassVar[str] = "none"

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
        """[0, inf)."""
        return (0.0, float("inf"))

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(self.num_classes)

    @property
    def counts(self) -> ClassTallies:
        """How often each class was right, true and predicted."""
        return ClassTallies(self.num_classes, self.threshold)

    def count(self, right: Any, true: Any, predicted: Any, total: Any) -> Any:
        """Returns the count from the tallies of the class and the number of units."""
        raise NotImplementedError

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the count; see `Score.formula`."""
        right, true, predicted = (counts[..., row, self.class_index] for row in range(3))
        return self.count(right, true, predicted, xp.sum(counts[..., 1, :], axis=-1))
