"""How many of the labels ranked above a true one are true themselves."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.label_ranks import LabelRanks
from ftkeras.scores.inputs.multilabel import Multilabel


@dataclass(frozen=True)
class LabelRankingAveragePrecision(Score):
    """Mean over units of the mean over true labels of (true labels ranked up to it) / (its rank).

    A label's rank is the number of labels with at least its score, so that ties count against it. A
    unit in which no label, or every label, holds scores 1. Range [0, 1]; 1 is best. Undefined when
    nothing was counted.

    All pairs of labels are compared: a batch needs memory for batch * num_labels^2 numbers.

    Args:
        num_labels: Number of labels.

    Example:
        >>> LabelRankingAveragePrecision(num_labels=3)([[0, 1, 0]], [[2.0, 1.0, -1.0]])
        0.5

    References:
        Tsoumakas, Katakis and Vlahavas, 2010, Mining Multi-label Data, section 5. Checked against
        scikit-learn.
    """

    direction: ClassVar[str] = "max"

    num_labels: int

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Multilabel:
        """Rows of labels and logits."""
        return Multilabel(self.num_labels)

    @property
    def counts(self) -> LabelRanks:
        """Units, and what their rankings are worth."""
        return LabelRanks(self.num_labels)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean; see `Score.formula`."""
        return ratio(counts[..., 1], counts[..., 0], xp)
