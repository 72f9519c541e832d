"""The largest absolute difference between label and prediction."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.scores._error_quantile import at, bucket_means, bucket_reach
from ftkeras.scores._output_mean import OutputMean
from ftkeras.scores.counts.error_histogram import ErrorHistogram


@dataclass(frozen=True)
class MaxError(OutputMean):
    """Largest |y - p| over units and outputs, in units of the label.

    Range [0, inf); 0 is best. Undefined when nothing was counted. A maximum is no sum: streaming
    counts errors in buckets that know their number and sum, and gives the mean of the last one in
    use. `error_bound` certifies how far the largest of it may lie, at most 0.4% with 2^15 buckets.
    More data only let it grow, and no interval foretells that: resamples never exceed it.

    Args:
        num_outputs: How many numbers are predicted for a unit; the result is the largest of them.
        num_buckets: Buckets of the error, a power of two from 2048.

    Example:
        >>> MaxError()([1.0, 2.0, 4.0], [1.5, 2.0, 3.0])
        1.0

    References:
        Checked against scikit-learn.
    """

    num_outputs: int = 1
    num_buckets: int = 2**15

    @property
    def counts(self) -> ErrorHistogram:
        """Units and their summed errors by bucket of the error."""
        return ErrorHistogram(self.num_outputs, self.num_buckets)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean of the last bucket in use; see `Score.formula`."""
        means, place = self._last(counts, xp)
        value = xp.max(at(means, place, xp), axis=-1)
        return xp.where(xp.max(counts[..., 0, 0, :], axis=-1) > 0, value, float("nan"))

    def error_bound(self, counts: Any, xp: ModuleType) -> Any:
        """Returns how far the largest error may lie from the mean of its bucket."""
        means, place = self._last(counts, xp)
        return xp.max(at(bucket_reach(means, xp), place, xp), axis=-1)

    def _last(self, counts: Any, xp: ModuleType) -> tuple[Any, Any]:
        units, errors = counts[..., 0, :, :], counts[..., 1, :, :]
        buckets = xp.arange(units.shape[-1])
        place = xp.max(xp.where(units > 0, buckets, 0), axis=-1)
        return bucket_means(units, errors, xp), place
