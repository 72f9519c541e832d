"""What each threshold would do: the four cells and their rates."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ftkeras.errors import UserError
from ftkeras.scores.counts.float_key import lower_edges


def threshold_table(
    counts: Any, edges: Any | None = None, most: int | None = None
) -> dict[str, NDArray[np.float64]]:
    """Returns a row for each threshold: a unit is positive when its logit is at least so large.

    Rows of `ScoreHistogram` counts are exact for their thresholds: no unit between two edges is
    guessed about. Thresholds that divide the units alike are one row.

    Args:
        counts: `(2, buckets)` counts of `ScoreHistogram` or of `RankedScores`.
        edges: `(buckets,)` the smallest logit of each bucket; `None` means those of
            `ScoreHistogram`. For `RankedScores`, its `scores`.
        most: At most so many rows, evenly over the units; `None` for all.

    Returns:
        Columns `threshold` (a probability), `logit`, `true_positives`, `false_positives`,
        `false_negatives`, `true_negatives`, `precision`, `recall`, `specificity`; the highest
        threshold comes first. What has no unit is NaN.

    Raises:
        UserError: Counts of another shape, or edges that do not fit them.

    Example:
        >>> table = threshold_table([[1, 1, 0], [0, 1, 2]], edges=[-1.0, 0.0, 2.0])
        >>> table["true_positives"].tolist(), table["false_positives"].tolist()
        ([2.0, 3.0, 3.0], [0.0, 1.0, 2.0])
    """
    table = np.asarray(counts, "float64")
    if table.ndim != 2 or len(table) != 2:
        raise UserError(
            "Expected counts `(2, buckets)` of a score histogram. Received: "
            f"counts.shape={table.shape}."
        )
    lowest = lower_edges(table.shape[1]) if edges is None else np.asarray(edges, "float64")
    if lowest.shape != table.shape[1:]:
        raise UserError(
            f"Expected one edge a bucket, {table.shape[1]} in all. Received: "
            f"edges.shape={lowest.shape}."
        )
    filled = np.flatnonzero(table.sum(axis=0))[::-1]
    false, true = np.cumsum(table[:, filled], axis=1)
    rows = np.arange(len(filled))
    if most is not None and len(rows) > most:
        # The last bucket of each of `most` like parts of the units.
        wanted = (np.arange(most) + 1) / most * (true + false)[-1]
        rows = np.unique(np.minimum(np.searchsorted(true + false, wanted), len(rows) - 1))
    true, false, logit = true[rows], false[rows], lowest[filled[rows]]
    negatives, positives = table.sum(axis=1)
    return {
        "threshold": expit(logit),
        "logit": logit,
        "true_positives": true,
        "false_positives": false,
        "false_negatives": positives - true,
        "true_negatives": negatives - false,
        "precision": true / (true + false),
        "recall": true / (positives or np.nan),
        "specificity": (negatives - false) / (negatives or np.nan),
    }
