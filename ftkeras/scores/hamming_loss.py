"""The share of labels that are predicted wrong."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.label_tallies import LabelTallies
from ftkeras.scores.inputs.multilabel import Multilabel


@dataclass(frozen=True)
class HammingLoss(Score):
    """Wrong pairs of unit and label / all pairs.

    Range [0, 1]; 0 is best. Undefined when nothing was counted. Where few labels hold, predicting
    none of them scores low already: look at F1 beside it.

    Args:
        num_labels: Number of labels.
        threshold: Probability above which a label is predicted.

    Example:
        >>> HammingLoss(num_labels=2)([[1, 0], [1, 1]], [[2.0, 1.0], [1.0, 3.0]])
        0.25

    References:
        Schapire and Singer, 1999, Machine Learning 37. Checked against scikit-learn.
    """

    direction: ClassVar[str] = "min"

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
    def counts(self) -> LabelTallies:
        """How often each label was right, true, predicted and known."""
        return LabelTallies(self.num_labels, self.threshold)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns wrong / all; see `Score.formula`."""
        right, true, predicted, known = (xp.sum(counts[..., row, :], axis=-1) for row in range(4))
        return ratio(true + predicted - 2 * right, known, xp)
