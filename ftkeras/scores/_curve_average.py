"""Curves over all thresholds: of two classes, or of each class against the rest."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Counts, Score
from ftkeras.errors import UserError
from ftkeras.scores._class_average import check_average
from ftkeras.scores._ratio import share
from ftkeras.scores.counts.class_score_histograms import ClassScoreHistograms, default_num_buckets
from ftkeras.scores.counts.score_histogram import ScoreHistogram
from ftkeras.scores.inputs.classification import Classification

_DEFAULT_BUCKETS = 2**14


@dataclass(frozen=True)
class CurveAverage(Score):
    """A number from a score histogram, averaged over classes when there are more than two.

    Args:
        num_classes: Number of classes; 2 is binary.
        average: `"macro"` or `"weighted"` over classes against the rest; `None` means binary with
            two classes and macro with more.
        class_index: The one class to score against the rest, instead of an average.
        num_buckets: Score buckets, a power of two; `None` means 16384 if binary, else as many as
            keep the state at 2^18 entries.
        absent: `"undefined"` makes an average undefined when one of its curves is, `"skip"` leaves
            such classes out.
    """

    direction: ClassVar[str] = "max"

    num_classes: int = 2
    average: str | None = None
    class_index: int | None = None
    num_buckets: int | None = None
    absent: str = "undefined"

    def __post_init__(self) -> None:
        if self.absent not in ("undefined", "skip"):
            raise UserError(
                "Expected `absent` to be 'undefined' (an average needs every class) or 'skip' "
                f"(leave classes without a curve out). Received: absent={self.absent!r}."
            )
        check_average(self.average, self.class_index, self.num_classes)
        if self.average == "micro":
            raise UserError(
                "Expected average='macro' or 'weighted': each class has a curve of its own. "
                "Received: average='micro'."
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
    def counts(self) -> Counts:
        """Units by class and bucket of their score."""
        if self._is_binary:
            return ScoreHistogram(self.num_buckets or _DEFAULT_BUCKETS)
        buckets = self.num_buckets or default_num_buckets(self.num_classes)
        return ClassScoreHistograms(self.num_classes, buckets)

    @property
    def _is_binary(self) -> bool:
        return self.num_classes == 2

    def curve(self, negative: Any, positive: Any, xp: ModuleType) -> Any:
        """Returns one curve's value from counts `(..., buckets)` in ascending order, or NaN."""
        raise NotImplementedError

    def rounding(self, negative: Any, positive: Any, xp: ModuleType) -> Any:
        """Returns a bound on what joining scores in buckets can change in one curve."""
        raise NotImplementedError

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the value or average; see `Score.formula`."""
        return self._average(self.curve, counts, xp)

    def error_bound(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the average of the bounds; see `Score.error_bound`."""
        return self._average(self.rounding, counts, xp)

    def _average(self, curve: Any, counts: Any, xp: ModuleType) -> Any:
        if self._is_binary:
            flipped = self.class_index == 0 or self.average in ("macro", "weighted")
            return self._of_two(curve, counts, xp) if flipped else self._one(curve, counts, xp)
        if self.class_index is not None:
            return self._one(curve, counts[..., self.class_index, :, :], xp)
        values = self._one(curve, counts, xp)
        return self._mean(values, xp.sum(counts[..., 1, :], axis=-1), xp)

    def _one(self, curve: Any, counts: Any, xp: ModuleType) -> Any:
        return curve(counts[..., 0, :], counts[..., 1, :], xp)

    def _of_two(self, curve: Any, counts: Any, xp: ModuleType) -> Any:
        """The other class of a binary problem: the same histogram, read from the other end."""
        other = self._one(curve, xp.flip(xp.flip(counts, -1), -2), xp)
        if self.class_index == 0:
            return other
        values = xp.stack([other, self._one(curve, counts, xp)], -1)
        return self._mean(values, xp.sum(counts, axis=-1), xp)

    def _mean(self, values: Any, support: Any, xp: ModuleType) -> Any:
        weights = support if self.average == "weighted" else xp.ones_like(support)
        if self.absent == "skip":
            weights = xp.where(xp.isnan(values), xp.zeros_like(weights), weights)
            values = xp.where(xp.isnan(values), xp.zeros_like(values), values)
        return share(xp.sum(values * weights, axis=-1), xp.sum(weights, axis=-1))


def from_top(counts: Any, xp: ModuleType) -> Any:
    """Returns how many are in each bucket or above it."""
    return xp.flip(xp.cumsum(xp.flip(counts, -1), axis=-1), -1)
