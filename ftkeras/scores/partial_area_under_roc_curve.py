"""How often a positive unit is ranked above a negative one, where few negatives are let through."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.scores._curve_average import from_top
from ftkeras.scores._ratio import ratio, share
from ftkeras.scores.counts.score_histogram import ScoreHistogram
from ftkeras.scores.inputs.classification import Classification


@dataclass(frozen=True)
class PartialAreaUnderRocCurve(Score):
    """(1 + (A - low) / (high - low)) / 2, with A the area left of a false positive rate m.

    low = m^2 / 2 is what chance has there and high = m what a perfect ranking has, so that 0.5 is
    chance and 1 is best whatever m is (McClish's standard). Ties are a straight line in the curve.
    Binary. Range [(1 - m) / (2 - m), 1]. Undefined unless both classes occur.

    Streaming counts scores in buckets; `error_bound` certifies what that can change: in a bucket
    the curve stays inside the rectangle between its corners.

    Args:
        num_classes: 2.
        max_false_positive_rate: The rate m up to which the area is taken, in (0, 1].
        num_buckets: Score buckets, a power of two.

    Example:
        >>> score = PartialAreaUnderRocCurve(max_false_positive_rate=0.5)
        >>> round(score([0, 0, 1, 1], [-2.0, 1.0, 0.5, 3.0]), 6)
        0.666667

    References:
        McClish, 1989, Medical Decision Making 9. Checked against scikit-learn's `max_fpr`.
    """

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = "it needs units of both classes"

    num_classes: int = 2
    max_false_positive_rate: float = 0.1
    num_buckets: int = 2**14

    def __post_init__(self) -> None:
        if self.num_classes != 2:
            raise UserError(
                "Expected two classes: the curve is of one class against one other. Received: "
                f"num_classes={self.num_classes}."
            )
        if not 0 < self.max_false_positive_rate <= 1:
            raise UserError(
                "Expected `max_false_positive_rate` above 0 and at most 1. Received: "
                f"max_false_positive_rate={self.max_false_positive_rate!r}."
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """[(1 - m) / (2 - m), 1]: the value of the worst ranking, and of the best."""
        rate = self.max_false_positive_rate
        return ((1 - rate) / (2 - rate), 1.0)

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(2)

    @property
    def counts(self) -> ScoreHistogram:
        """Units by class and bucket of their score."""
        return ScoreHistogram(self.num_buckets)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the standardised area; see `Score.formula`."""
        positive, inside, part, true, pairs = self._corners(counts, xp)
        height = true - positive + positive * part / 2
        area = share(xp.sum(inside * height, axis=-1), pairs)
        rate = self.max_false_positive_rate
        return (1 + (area - rate**2 / 2) / (rate - rate**2 / 2)) / 2

    def error_bound(self, counts: Any, xp: ModuleType) -> Any:
        """Returns how far the area could rise: no order in a bucket lowers it by more."""
        positive, inside, part, _, pairs = self._corners(counts, xp)
        area = share(xp.sum(inside * positive * (1 - part / 2), axis=-1), pairs)
        rate = self.max_false_positive_rate
        return area / (rate - rate**2 / 2) / 2

    def _corners(self, counts: Any, xp: ModuleType) -> tuple[Any, Any, Any, Any, Any]:
        """Returns positives, negatives that count, their part, positives from the top, pairs."""
        negative, positive = counts[..., 0, :], counts[..., 1, :]
        true, false = from_top(positive, xp), from_top(negative, xp)
        allowed = false[..., :1] * self.max_false_positive_rate
        inside = xp.minimum(xp.maximum(allowed - (false - negative), 0.0), negative)
        return (
            positive,
            inside,
            ratio(inside, negative, xp, 0.0),
            true,
            true[..., 0] * false[..., 0],
        )
