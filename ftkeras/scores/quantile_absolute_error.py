"""The absolute error that a given share of units does not exceed."""

from dataclasses import dataclass

from ftkeras.scores._error_quantile import ErrorQuantile


@dataclass(frozen=True)
class QuantileAbsoluteError(ErrorQuantile):
    """Quantile over units of |y - p|, in units of the label.

    Where the quantile falls between two errors it is their mean (definition 2 of Hyndman and Fan).
    Range [0, inf); 0 is best. Undefined when nothing was counted.

    Streaming counts errors in buckets that know their number and sum. A value is the mean of its
    bucket; `error_bound` certifies how far the bucket lets it be off, at most 0.4% with 2^15
    buckets.

    Args:
        num_outputs: How many numbers are predicted for a unit; the result is the mean over them.
        quantile: Which quantile.
        num_buckets: Buckets of the error, a power of two from 2048.

    Example:
        >>> QuantileAbsoluteError(quantile=0.9)([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        1.0

    References:
        Hyndman and Fan, 1996, The American Statistician 50. Checked against NumPy.
    """

    num_outputs: int = 1
    quantile: float = 0.9
    num_buckets: int = 2**15
