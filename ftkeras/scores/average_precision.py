"""The area under the precision-recall curve, as a step function."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.scores._curve_average import CurveAverage, from_top
from ftkeras.scores._ratio import ratio, share


@dataclass(frozen=True)
class AveragePrecision(CurveAverage):
    """Sum over thresholds, from the highest, of (recall_k - recall_{k-1}) precision_k.

    No interpolation, as in scikit-learn. Binary, or each class against the rest (by the log-odds of
    its softmax probability) and then averaged. Range [0, 1]; 1 is best, the share of positives is
    chance. Undefined without a positive unit; in an average that makes the average undefined.

    Streaming counts scores in buckets; `error_bound` certifies what that can change: inside a
    bucket precision lies between that with all its negatives first and that with none of them.

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
        >>> round(AveragePrecision()([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 4)
        0.8333

    References:
        Zhu, 2004, "Recall, precision and average precision". Checked against scikit-learn.
    """

    undefined: ClassVar[str] = "it needs units of the class"

    num_classes: int = 2
    average: str | None = None
    class_index: int | None = None
    num_buckets: int | None = None
    absent: str = "undefined"

    def curve(self, negative: Any, positive: Any, xp: ModuleType) -> Any:
        """Returns the average precision; see `CurveAverage.curve`."""
        true, false = from_top(positive, xp), from_top(negative, xp)
        precision = ratio(true, true + false, xp, otherwise=0.0)
        return share(xp.sum(positive * precision, axis=-1), true[..., 0])

    def rounding(self, negative: Any, positive: Any, xp: ModuleType) -> Any:
        """Returns the larger of how far either order inside the buckets could move the value."""
        true, false = from_top(positive, xp), from_top(negative, xp)
        precision = ratio(true, true + false, xp, otherwise=0.0)
        best = ratio(true, true + false - negative, xp, otherwise=1.0)
        first = true - positive + xp.minimum(positive, 1)
        worst = ratio(first, first + false, xp, otherwise=0.0)
        up = xp.sum(positive * (best - precision), axis=-1)
        down = xp.sum(positive * (precision - worst), axis=-1)
        return share(xp.maximum(up, down), xp.sum(positive, axis=-1))
