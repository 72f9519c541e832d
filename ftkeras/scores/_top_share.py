"""What the units with the largest scores hold."""

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
class TopShare(Score):
    """The share of all positives among the share `k` of units with the largest scores; binary.

    Args:
        num_classes: 2.
        k: Share of the units to take, in (0, 1].
        num_buckets: Score buckets, a power of two.
    """

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = "it needs a unit of class 1"

    num_classes: int = 2
    k: float = 0.1
    num_buckets: int = 2**14

    def __post_init__(self) -> None:
        if self.num_classes != 2:
            raise UserError(
                "Expected two classes: one is looked for among all. Received: "
                f"num_classes={self.num_classes}."
            )
        if not 0 < self.k <= 1:
            raise UserError(
                f"Expected `k` to be a share of the units, above 0 and at most 1. Received: "
                f"k={self.k!r}. For the first hundred of a thousand units write k=0.1."
            )

    @property
    def scale(self) -> float:
        """What the share of the positives is multiplied by."""
        return 1.0

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, scale]."""
        return (0.0, self.scale)

    @property
    def inputs(self) -> Classification:
        """Class labels and logits."""
        return Classification(2)

    @property
    def counts(self) -> ScoreHistogram:
        """Units by class and bucket of their score."""
        return ScoreHistogram(self.num_buckets)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the share times the scale; see `Score.formula`."""
        positive, every, taken = self._taken(counts, xp)
        found = xp.sum(positive * ratio(taken, every, xp, 0.0), axis=-1)
        return self.scale * share(found, xp.sum(positive, axis=-1))

    def error_bound(self, counts: Any, xp: ModuleType) -> Any:
        """Returns what the order inside the one bucket that is cut could change."""
        positive, every, taken = self._taken(counts, xp)
        expected = positive * ratio(taken, every, xp, 0.0)
        most = xp.minimum(positive, taken)
        least = xp.maximum(taken - (every - positive), 0.0)
        moved = xp.sum(xp.maximum(most - expected, expected - least), axis=-1)
        return self.scale * share(moved, xp.sum(positive, axis=-1))

    def _taken(self, counts: Any, xp: ModuleType) -> tuple[Any, Any, Any]:
        """Returns by bucket its positives, its units, and how many of these are taken."""
        positive = counts[..., 1, :]
        every = counts[..., 0, :] + positive
        above = from_top(every, xp)
        left = above[..., :1] * self.k - (above - every)
        return positive, every, xp.minimum(xp.maximum(left, 0.0), every)
