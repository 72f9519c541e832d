"""How often a unit with a label is ranked above one without it."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.scores._label_average import check_label_index
from ftkeras.scores._ratio import indicator, ratio
from ftkeras.scores.counts.class_score_histograms import default_num_buckets
from ftkeras.scores.counts.label_score_histograms import LabelScoreHistograms
from ftkeras.scores.inputs.multilabel import Multilabel


@dataclass(frozen=True)
class MultilabelAreaUnderRocCurve(Score):
    """Probability that a random unit with the label scores above one without, ties counting half.

    Of one label, or averaged over labels. Range [0, 1]; 1 is best, 0.5 is chance. The area of a
    label that always or never holds is undefined, and so is the average then, as in scikit-learn;
    `absent="skip"` averages the others.

    Streaming counts logits in buckets. `error_bound` certifies what that can change, as it does for
    `area_under_roc_curve`.

    Args:
        num_labels: Number of labels.
        average: `"macro"` or `"weighted"` by the units with the label.
        label_index: The one label to score, instead of an average.
        absent: `"undefined"` or `"skip"`.
        num_buckets: Score buckets, a power of two; `None` means as many as keep the state at 2^18
            entries.

    Example:
        >>> area = MultilabelAreaUnderRocCurve(num_labels=1)
        >>> area([[0], [0], [1], [1]], [[-2.0], [1.0], [1.0], [3.0]])
        0.875

    References:
        Hanley and McNeil, 1982, Radiology 143. Checked against scikit-learn.
    """

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = "it needs units with the label and units without"

    num_labels: int
    average: str = "macro"
    label_index: int | None = None
    absent: str = "undefined"
    num_buckets: int | None = None

    def __post_init__(self) -> None:
        check_label_index(self.label_index, self.num_labels)
        if self.average not in ("macro", "weighted"):
            raise UserError(
                "Expected average='macro' or 'weighted': each label has a curve of its own. "
                f"Received: average={self.average!r}."
            )
        if self.absent not in ("undefined", "skip"):
            raise UserError(
                f"Expected absent='undefined' or 'skip'. Received: absent={self.absent!r}."
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Multilabel:
        """Rows of labels and logits."""
        return Multilabel(self.num_labels)

    @property
    def counts(self) -> LabelScoreHistograms:
        """Units by label and bucket of their score."""
        buckets = self.num_buckets or default_num_buckets(self.num_labels)
        return LabelScoreHistograms(self.num_labels, buckets)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the area or average; see `Score.formula`."""
        without, with_label = self._shares(counts, xp)
        below = xp.cumsum(without, axis=-1) - without / 2
        return self._average(xp.sum(with_label * below, axis=-1), counts, xp)

    def error_bound(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the average of half the shares of pairs that met in one bucket."""
        without, with_label = self._shares(counts, xp)
        return self._average(xp.sum(without * with_label, axis=-1) / 2, counts, xp)

    def _shares(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        shares = ratio(counts, xp.sum(counts, axis=-1, keepdims=True), xp, otherwise=0.0)
        return shares[..., 0, :], shares[..., 1, :]

    def _average(self, values: Any, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean over labels, of those that occur with and without."""
        sizes = xp.sum(counts, axis=-1)
        is_mixed = xp.logical_and(sizes[..., 0] > 0, sizes[..., 1] > 0)
        if self.label_index is not None:
            values = xp.where(is_mixed, values, float("nan"))
            return values[..., self.label_index]
        weights = sizes[..., 1] if self.average == "weighted" else xp.ones_like(sizes[..., 1])
        if self.absent == "skip":
            weights = weights * indicator(is_mixed, weights, xp)
        else:
            values = xp.where(is_mixed, values, float("nan"))
        return ratio(xp.sum(weights * values, axis=-1), xp.sum(weights, axis=-1), xp)
