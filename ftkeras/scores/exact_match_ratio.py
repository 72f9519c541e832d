"""The share of units whose labels are all predicted right."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score, Units
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.label_tallies import marks
from ftkeras.scores.counts.sample_overlaps import SampleOverlaps
from ftkeras.scores.inputs.multilabel import Multilabel


@dataclass(frozen=True)
class ExactMatchRatio(Score):
    """Units whose predicted set of labels equals the true one / all units: "subset accuracy".

    Range [0, 1]; 1 is best. Undefined when nothing was counted.

    Args:
        num_labels: Number of labels.
        threshold: Probability above which a label is predicted.

    Example:
        >>> ExactMatchRatio(num_labels=2)([[1, 0], [1, 1]], [[2.0, 1.0], [1.0, 3.0]])
        0.5

    References:
        Tsoumakas and Katakis, 2007, Multi-Label Classification: An Overview. Checked against
        scikit-learn's `accuracy_score`.
    """

    direction: ClassVar[str] = "max"

    num_labels: int
    threshold: float = 0.5

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Multilabel:
        """Rows of labels and logits."""
        return Multilabel(self.num_labels)

    @property
    def counts(self) -> SampleOverlaps:
        """Units, and those with equal sets."""
        return SampleOverlaps(self.num_labels, self.threshold)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns equal / all; see `Score.formula`."""
        return ratio(counts[..., 1], counts[..., 0], xp)

    def proportion(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns (units with equal sets, units)."""
        return counts[..., 1], counts[..., 0]

    def hits(self, units: Units, xp: ModuleType) -> Any:
        """Returns which units have equal sets."""
        true, predicted, _ = marks(units.labels, units.predictions, self.threshold, xp)
        return xp.all(true == predicted, axis=-1)
