"""A quantile of the absolute error, from buckets that know their mean."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.scores._output_mean import OutputMean, check_share
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.error_histogram import ErrorHistogram, edges


@dataclass(frozen=True)
class ErrorQuantile(OutputMean):
    """The quantile of |y - p| of each output, averaged over outputs.

    Args:
        num_outputs: How many numbers are predicted for a unit.
        quantile: Which quantile.
        num_buckets: Buckets of the error, a power of two from 2048.
    """

    num_outputs: int = 1
    quantile: float = 0.5
    num_buckets: int = 2**15

    def __post_init__(self) -> None:
        check_share("quantile", self.quantile)

    @property
    def counts(self) -> ErrorHistogram:
        """Units and their summed errors by bucket of the error."""
        return ErrorHistogram(self.num_outputs, self.num_buckets)

    def per_output(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean of the two values between which the quantile lies."""
        units, errors = counts[..., 0, :, :], counts[..., 1, :, :]
        lower, upper = self._places(units, xp)
        means = bucket_means(units, errors, xp)
        value = (at(means, lower, xp) + at(means, upper, xp)) / 2
        return xp.where(xp.sum(units, axis=-1) > 0, value, float("nan"))

    def error_bound(self, counts: Any, xp: ModuleType) -> Any:
        """Returns how far the values may lie from the means of their buckets."""
        units, errors = counts[..., 0, :, :], counts[..., 1, :, :]
        reach = bucket_reach(bucket_means(units, errors, xp), xp)
        places = self._places(units, xp)
        return xp.mean(sum(at(reach, place, xp) for place in places) / 2, axis=-1)

    def _places(self, units: Any, xp: ModuleType) -> tuple[Any, Any]:
        """Returns the buckets of the smallest error not below, and above, the quantile."""
        below = xp.cumsum(units, axis=-1)
        total = xp.sum(units, axis=-1, keepdims=True)
        slack = total * (2.0**-48 if "64" in str(units.dtype) else 2.0**-21)
        target = self.quantile * total
        lower = _how_many(below < target - slack, xp)
        upper = _how_many(below <= target + slack, xp)
        last = units.shape[-1] - 1
        return xp.minimum(lower, last), xp.where(upper > last, xp.minimum(lower, last), upper)


def bucket_means(units: Any, errors: Any, xp: ModuleType) -> Any:
    """Returns the mean error of each bucket, 0 where it is empty."""
    return ratio(errors, units, xp, otherwise=0.0)


def bucket_reach(means: Any, xp: ModuleType) -> Any:
    """Returns how far an error may lie from the mean of its bucket of an `ErrorHistogram`."""
    bounds = edges(means.shape[-1])
    lower, upper = (xp.array(side, dtype=means.dtype) for side in (bounds[:-1], bounds[1:]))
    return xp.maximum(upper - means, means - lower)


def at(values: Any, place: Any, xp: ModuleType) -> Any:
    """Returns the value at one place of the last axis."""
    return xp.take_along_axis(values, xp.expand_dims(place, -1), axis=-1)[..., 0]


def _how_many(condition: Any, xp: ModuleType) -> Any:
    return xp.sum(xp.where(condition, 1, 0), axis=-1)
