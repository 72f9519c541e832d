"""How often a positive unit is ranked above a negative one."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.scores._curve_average import CurveAverage, from_top
from ftkeras.scores._ratio import share


@dataclass(frozen=True)
class AreaUnderRocCurve(CurveAverage):
    """Probability that a random positive scores above a random negative, ties counting half.

    Binary, or each class against the rest (by the log-odds of its softmax probability) and then
    averaged. Range [0, 1]; 1 is best, 0.5 is chance. Undefined when a class, or all others, are
    absent: in an average this makes the average undefined, as in scikit-learn.

    Streaming counts scores in buckets. `error_bound` certifies what that can change:
    1/2 sum_b positive_b negative_b / (positives negatives), for the order inside a bucket is all
    that is lost.

    Args:
        num_classes: Number of classes; 2 is binary.
        average: `"macro"` or `"weighted"` over classes against the rest; `None` means binary with
            two classes and macro with more.
        class_index: The one class to score against the rest, instead of an average.
        num_buckets: Score buckets, a power of two; `None` means 16384 if binary, else as many as
            keep the state at 2^18 entries.
        absent: `"undefined"` makes an average undefined when one of its curves is, `"skip"` leaves
            such classes out.

    Example:
        >>> AreaUnderRocCurve()([0, 0, 1, 1], [-2.0, 1.0, 1.0, 3.0])
        0.875

    References:
        Hanley and McNeil, 1982, Radiology 143. Checked against scikit-learn.
    """

    undefined: ClassVar[str] = "it needs units of the class and units of another"

    num_classes: int = 2
    average: str | None = None
    class_index: int | None = None
    num_buckets: int | None = None
    absent: str = "undefined"

    def curve(self, negative: Any, positive: Any, xp: ModuleType) -> Any:
        """Returns the area; see `CurveAverage.curve`."""
        above = from_top(positive, xp)
        won = xp.sum(negative * (above - positive / 2), axis=-1)
        return share(won, above[..., 0] * xp.sum(negative, axis=-1))

    def rounding(self, negative: Any, positive: Any, xp: ModuleType) -> Any:
        """Returns half the share of pairs that met in one bucket."""
        tied = xp.sum(negative * positive, axis=-1) / 2
        return share(tied, xp.sum(negative, axis=-1) * xp.sum(positive, axis=-1))
