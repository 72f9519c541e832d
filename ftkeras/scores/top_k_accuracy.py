"""The share of units whose true class is among the k likeliest."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score, Units
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.top_k_hits import TopKHits
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class TopKAccuracy(Score):
    """Units whose true class has one of the k largest logits / all units.

    Of equal logits the class with the smaller index comes first. Range [0, 1]; 1 is best, and
    k / num_classes is what guessing reaches. Undefined when nothing was counted.

    Args:
        num_classes: Number of classes.
        k: How many classes to look at, fewer than there are.

    Example:
        >>> logits = [[3.0, 2.0, 1.0], [3.0, 2.0, 1.0]]
        >>> TopKAccuracy(num_classes=3, k=2)([1, 2], logits)
        0.5

    References:
        Russakovsky et al., 2015, IJCV 115, section 4.1. Checked against scikit-learn.
    """

    direction: ClassVar[str] = "max"

    num_classes: int = 2
    k: int = 1

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(self.num_classes)

    @property
    def counts(self) -> TopKHits:
        """How often the true class was among the k largest."""
        return TopKHits(self.num_classes, self.k)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns hits / units; see `Score.formula`."""
        return ratio(*self.proportion(counts, xp), xp)

    def proportion(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns (hits, units)."""
        return counts[..., 1], xp.sum(counts, axis=-1)

    def hits(self, units: Units, xp: ModuleType) -> Any:
        """Returns which units were hit."""
        return self.counts.hits(units.labels, units.predictions, xp)
