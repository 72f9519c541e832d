"""The mean negative logarithm of the probability given to what is true of each label."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.label_losses import LabelLosses
from ftkeras.scores.inputs.multilabel import Multilabel


@dataclass(frozen=True)
class MultilabelLogLoss(Score):
    """Mean over all pairs of unit and label of -log p(what is true), in nats.

    That is the binary cross-entropy which multilabel models are trained on. Computed from logits,
    so that it stays exact where a probability would round to 0 or 1. Range [0, inf); 0 is best.
    Undefined when nothing was counted.

    Args:
        num_labels: Number of labels.

    Example:
        >>> round(MultilabelLogLoss(num_labels=2)([[0, 1]], [[0.0, 0.0]]), 4)
        0.6931

    References:
        Good, 1952, J. R. Statist. Soc. B 14. Checked against scikit-learn.
    """

    direction: ClassVar[str] = "min"

    num_labels: int

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, inf)."""
        return (0.0, float("inf"))

    @property
    def inputs(self) -> Multilabel:
        """Rows of labels and logits."""
        return Multilabel(self.num_labels)

    @property
    def counts(self) -> LabelLosses:
        """Pairs of unit and label, and their log loss."""
        return LabelLosses(self.num_labels)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean loss; see `Score.formula`."""
        return ratio(*self.fraction(counts, xp), xp)

    def fraction(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns (loss, pairs)."""
        return counts[..., 1], counts[..., 0]
