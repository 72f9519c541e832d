"""How far down the ranked labels one must go to meet all true ones."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.label_ranks import LabelRanks
from ftkeras.scores.inputs.multilabel import Multilabel


@dataclass(frozen=True)
class CoverageError(Score):
    """Mean over units of the rank of the last true label.

    A label's rank is the number of labels with at least its score, so that ties count against it. A
    unit without a true label needs 0. Range [0, num_labels]; the best value is the mean number of
    true labels. Undefined when nothing was counted.

    All pairs of labels are compared: a batch needs memory for batch * num_labels^2 numbers.

    Args:
        num_labels: Number of labels.

    Example:
        >>> CoverageError(num_labels=3)([[0, 1, 0]], [[2.0, 1.0, -1.0]])
        2.0

    References:
        Tsoumakas, Katakis and Vlahavas, 2010, Mining Multi-label Data, section 5. Checked against
        scikit-learn.
    """

    direction: ClassVar[str] = "min"

    num_labels: int

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, num_labels]."""
        return (0.0, float(self.num_labels))

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
        return ratio(counts[..., 2], counts[..., 0], xp)
