"""The correlation of ranks from a joint histogram, and what its buckets can hide."""

from types import ModuleType
from typing import Any, NamedTuple

from ftkeras.scores._ratio import ratio


class _Ranks(NamedTuple):
    """Shares of a table, and ranks of its rows and columns as shares around the middle."""

    table: Any
    rows: Any
    columns: Any
    of_rows: Any
    of_columns: Any
    row_variance: Any
    column_variance: Any
    covariance: Any


def correlation(counts: Any, xp: ModuleType) -> Any:
    """Returns the correlation of mean ranks, what shares a bucket being equal.

    Args:
        counts: `(..., buckets, buckets)`.
        xp: `numpy` or `keras.ops`.
    """
    ranks = _ranks(counts, xp)
    spread = xp.sqrt(ranks.row_variance * ranks.column_variance)
    is_total = xp.sum(counts, axis=(-2, -1)) > 0
    # A single bucket leaves nothing but rounding.
    is_spread = xp.logical_and(ranks.row_variance > 1e-12, ranks.column_variance > 1e-12)
    is_defined = xp.logical_and(is_total, is_spread)
    found = xp.clip(ratio(ranks.covariance, spread, xp, otherwise=0.0), -1.0, 1.0)
    return xp.where(is_defined, found, float("nan"))


def bound(counts: Any, xp: ModuleType) -> Any:
    """Returns a bound on |correlation - that of the exact ranks|.

    Exact ranks are those of the buckets plus deviations of mean 0 in each bucket. In a bucket with
    share a of all units their variance is at most a^2 / 12 (all of them distinct), so by
    Cauchy and Schwarz the covariance moves by at most
    sum_i a_i (a_i / sqrt 12) sd(column rank | i), the same for columns, and the product of both
    deviations; each variance grows by at most sum_i a_i^3 / 12.

    Args:
        counts: `(..., buckets, buckets)`.
        xp: `numpy` or `keras.ops`.
    """
    ranks = _ranks(counts, xp)
    hidden = [xp.sum(shares**3, axis=-1) / 12 for shares in (ranks.rows, ranks.columns)]
    moved = xp.sqrt(hidden[0] * hidden[1])
    swapped = xp.swapaxes(ranks.table, -1, -2)
    for table, shares, others in (
        (ranks.table, ranks.rows, ranks.of_columns),
        (swapped, ranks.columns, ranks.of_rows),
    ):
        mean, square = (
            ratio(xp.sum(table * value[..., None, :], axis=-1), shares, xp, otherwise=0.0)
            for value in (others, others**2)
        )
        deviation = xp.sqrt(xp.maximum(square - mean**2, 0.0))
        moved = moved + xp.sum(shares**2 * deviation, axis=-1) / 12**0.5
    narrow = xp.sqrt(ranks.row_variance * ranks.column_variance)
    wide = xp.sqrt((ranks.row_variance + hidden[0]) * (ranks.column_variance + hidden[1]))
    highest, lowest = ranks.covariance + moved, ranks.covariance - moved
    highest = xp.minimum(xp.maximum(ratio(highest, narrow, xp), highest / wide), 1.0)
    lowest = xp.maximum(xp.minimum(ratio(lowest, narrow, xp), lowest / wide), -1.0)
    found = correlation(counts, xp)
    return xp.maximum(highest - found, found - lowest)


def _ranks(counts: Any, xp: ModuleType) -> _Ranks:
    table = ratio(counts, xp.sum(counts, axis=(-2, -1), keepdims=True), xp, otherwise=0.0)
    rows, columns = xp.sum(table, axis=-1), xp.sum(table, axis=-2)
    of_rows, of_columns = (
        xp.cumsum(shares, axis=-1) - shares / 2 - 0.5 for shares in (rows, columns)
    )
    along = xp.sum(table * of_columns[..., None, :], axis=-1)
    return _Ranks(
        table,
        rows,
        columns,
        of_rows,
        of_columns,
        xp.sum(rows * of_rows**2, axis=-1),
        xp.sum(columns * of_columns**2, axis=-1),
        xp.sum(of_rows * along, axis=-1),
    )
