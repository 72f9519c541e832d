"""The best that one rate can be while another keeps a minimum, over all thresholds."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.errors import UserError
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.score_histogram import ScoreHistogram
from ftkeras.scores.inputs.classification import Classification

# Rates are ratios of counts: one that equals the minimum may fall short by their rounding.
_ROUNDING = 1e-6


def check_minimum(name: str, value: float) -> None:
    """Raises `UserError` unless a minimum rate is a number in [0, 1]."""
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise UserError(f"Expected `{name}` in [0, 1]. Received: {name}={value!r}.")


@dataclass(frozen=True)
class OperatingPoint(Score):
    """The largest rate over thresholds at which another rate is at least a minimum; binary.

    A threshold lies between two distinct scores (two buckets, when streaming), or beyond all.

    Args:
        num_classes: 2.
        num_buckets: Score buckets, a power of two.
    """

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = "it needs units of both classes"

    num_classes: int = 2
    num_buckets: int = 2**14

    def __post_init__(self) -> None:
        if self.num_classes != 2:
            raise UserError(
                "Expected two classes: a threshold divides one class from one other. Received: "
                f"num_classes={self.num_classes}."
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(2)

    @property
    def counts(self) -> ScoreHistogram:
        """Units by class and bucket of their score."""
        return ScoreHistogram(self.num_buckets)

    @property
    def minimum(self) -> float:
        """The minimum of the rate that is kept."""
        raise NotImplementedError

    def rates(self, true: Any, false: Any, positives: Any, negatives: Any) -> tuple[Any, Any]:
        """Returns (part, whole) of the rate that is kept and of the rate that is maximised.

        Args:
            true: `(..., thresholds)` positives predicted positive.
            false: `(..., thresholds)` negatives predicted positive.
            positives: `(..., 1)` all positives.
            negatives: `(..., 1)` all negatives.
        """
        raise NotImplementedError

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the largest rate, 0 when no threshold keeps the minimum."""
        true, false = _above(counts[..., 1, :], xp), _above(counts[..., 0, :], xp)
        return self._best(true, false, counts, xp)

    def error_bound(self, counts: Any, xp: ModuleType) -> Any:
        """Returns how much larger the rate could be with a threshold inside some bucket.

        No such threshold is better than one that passes all positives of the bucket and none of
        its negatives.
        """
        true, false = _above(counts[..., 1, :], xp), _above(counts[..., 0, :], xp)
        optimistic = self._best(true[..., :-1], false[..., 1:], counts, xp)
        return xp.maximum(optimistic - self._best(true, false, counts, xp), 0.0)

    def _best(self, true: Any, false: Any, counts: Any, xp: ModuleType) -> Any:
        positives = xp.sum(counts[..., 1, :], axis=-1, keepdims=True)
        negatives = xp.sum(counts[..., 0, :], axis=-1, keepdims=True)
        kept, wanted = self.rates(true, false, positives, negatives)
        is_kept = ratio(kept[0], kept[1], xp, otherwise=0.0) >= self.minimum - _ROUNDING
        rate = ratio(wanted[0], wanted[1], xp, otherwise=0.0)
        best = xp.max(xp.where(is_kept, rate, xp.zeros_like(rate)), axis=-1)
        is_defined = (positives * negatives)[..., 0] > 0
        return xp.where(is_defined, best, float("nan"))


def _above(counts: Any, xp: ModuleType) -> Any:
    """Returns how many are predicted positive at the lower edge of each bucket, and above all."""
    above = xp.flip(xp.cumsum(xp.flip(counts, -1), axis=-1), -1)
    return xp.concatenate([above, xp.zeros_like(above[..., :1])], axis=-1)
