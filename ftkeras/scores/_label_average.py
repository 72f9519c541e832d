"""From one value a label to one number: the averages of multilabel precision, recall and F1."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Counts, Score
from ftkeras.errors import UserError
from ftkeras.scores._ratio import indicator, ratio
from ftkeras.scores.counts.label_tallies import LabelTallies
from ftkeras.scores.counts.sample_overlaps import SampleOverlaps
from ftkeras.scores.inputs.multilabel import Multilabel

_AVERAGES = ("macro", "micro", "weighted", "samples")
_ABSENT = {"zero": 0.0, "one": 1.0, "skip": 0.0}


def check_label_index(label_index: int | None, num_labels: int) -> None:
    """Raises `UserError` unless the index is `None` or that of a label."""
    if label_index is not None and label_index not in range(num_labels):
        raise UserError(
            f"Expected `label_index` in [0, {num_labels}). Received: label_index={label_index!r}."
        )


@dataclass(frozen=True)
class LabelAverage(Score):
    """A ratio for each label, averaged over labels; or for each unit, averaged over units.

    Args:
        num_labels: Number of labels.
        average: `"macro"` (mean over labels), `"weighted"` (mean weighted by units with the label),
            `"micro"` (all pairs of unit and label together) or `"samples"` (mean over units).
        label_index: The one label to score, instead of an average.
        absent: What a mean does with a label (or unit) whose ratio is 0 / 0: `"zero"` counts it as
            0, as scikit-learn does by default, `"one"` as 1, `"skip"` leaves it out.
        threshold: Probability above which a label is predicted.
    """

    direction: ClassVar[str] = "max"
    ratio_of: ClassVar[str]
    """Which row of `SampleOverlaps`."""
    has_trials: ClassVar[bool] = True
    """Whether `parts` are successes out of a number of trials."""

    num_labels: int
    average: str = "macro"
    label_index: int | None = None
    absent: str = "zero"
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if self.average not in _AVERAGES:
            raise UserError(
                f"Expected `average` to be one of {', '.join(_AVERAGES)}. Received: "
                f"average={self.average!r}."
            )
        if self.absent not in _ABSENT:
            raise UserError(
                f"Expected `absent` to be one of {', '.join(_ABSENT)}. Received: "
                f"absent={self.absent!r}."
            )
        check_label_index(self.label_index, self.num_labels)

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Multilabel:
        """Rows of labels and logits."""
        return Multilabel(self.num_labels)

    @property
    def counts(self) -> Counts:
        """Tallies of labels, or of units for `average="samples"`."""
        if self.average == "samples" and self.label_index is None:
            return SampleOverlaps(self.num_labels, self.threshold)
        return LabelTallies(self.num_labels, self.threshold)

    def parts(self, right: Any, true: Any, predicted: Any) -> tuple[Any, Any]:
        """Returns (part, whole) whose ratio is the score of a label."""
        raise NotImplementedError

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the average; see `Score.formula`."""
        if self.label_index is not None:
            return ratio(*self._of_label(counts), xp)
        if self.average == "samples":
            row = SampleOverlaps.rows[self.ratio_of]
            return self._mean_of_units(counts[..., 0], counts[..., row], counts[..., row + 1], xp)
        right, true, predicted = (counts[..., row, :] for row in range(3))
        if self.average == "micro":
            totals = (xp.sum(row, axis=-1) for row in (right, true, predicted))
            return ratio(*self.parts(*totals), xp)
        part, whole = self.parts(right, true, predicted)
        values = ratio(part, whole, xp, otherwise=_ABSENT[self.absent])
        weights = true if self.average == "weighted" else xp.ones_like(true)
        if self.absent == "skip":
            weights = weights * indicator(whole > 0, whole, xp)
        # Nothing counted stays undefined.
        anything = xp.sum(counts[..., 3, :], axis=-1, keepdims=True) > 0
        weights = weights * indicator(anything, xp.ones_like(true), xp)
        return ratio(xp.sum(weights * values, axis=-1), xp.sum(weights, axis=-1), xp)

    def _mean_of_units(self, units: Any, summed: Any, defined: Any, xp: ModuleType) -> Any:
        if self.absent == "skip":
            return ratio(summed, defined, xp)
        return ratio(summed + _ABSENT[self.absent] * (units - defined), units, xp)

    def _of_label(self, counts: Any) -> tuple[Any, Any]:
        return self.parts(*(counts[..., row, self.label_index] for row in range(3)))

    def proportion(self, counts: Any, xp: ModuleType) -> tuple[Any, Any] | None:
        """Returns the two sides of the ratio of one label: labels of a unit are no trials."""
        is_plain = self.label_index is not None and self.has_trials
        return self._of_label(counts) if is_plain else None
