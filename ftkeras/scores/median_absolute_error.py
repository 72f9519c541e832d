"""The median absolute difference between label and prediction."""

from dataclasses import dataclass
from typing import ClassVar

from ftkeras.scores._error_quantile import ErrorQuantile


@dataclass(frozen=True)
class MedianAbsoluteError(ErrorQuantile):
    """Median over units of |y - p|, in units of the label; the mean of the two middle ones if even.

    Range [0, inf); 0 is best. Undefined when nothing was counted.

    Streaming counts errors in buckets that know their number and sum. A value is the mean of its
    bucket; `error_bound` certifies how far the bucket lets it be off, at most 0.4% with 2^15
    buckets.

    Args:
        num_outputs: How many numbers are predicted for a unit; the result is the mean over them.
        num_buckets: Buckets of the error, a power of two from 2048.

    Example:
        >>> MedianAbsoluteError()([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        0.5

    References:
        Hampel, 1974, JASA 69. Checked against scikit-learn.
    """

    quantile: ClassVar[float] = 0.5  # type: ignore[misc]

    num_outputs: int = 1
    num_buckets: int = 2**15
