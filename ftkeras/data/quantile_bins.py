"""Numbers cut into bins that hold equally many examples each."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_MOST_BINS = 10


def quantile_bins(
    numbers: NDArray[Any], order: NDArray[np.int64], smallest_share: float
) -> NDArray[np.int64]:
    """Returns `(examples,)` the bin of each example, 0 holding the smallest numbers.

    There are as many bins, ten at most, as leave the smallest part at least one example of each;
    they differ by one example at most. Equal numbers at an edge are told apart by the drawn order.
    Rows of several numbers are ranked by the mean of their standardised columns, or by their plain
    mean where they differ in length.

    Args:
        numbers: `(examples,)` or `(examples, targets)`; or `(examples,)` tuples of targets.
        order: The rows as they were drawn.
        smallest_share: Share of the smallest part, in (0, 1).

    Example:
        >>> quantile_bins(np.array([5.0, 1.0, 9.0, 3.0]), np.arange(4), smallest_share=0.5).tolist()
        [1, 0, 1, 0]
    """
    rows = numbers.tolist()
    if len({len(row) if isinstance(row, tuple) else 1 for row in rows}) > 1:
        rows = [float(np.mean(row)) for row in rows]  # lists of documents differ in length
    line = np.asarray(rows, "float64")
    if line.ndim == 2:
        spread = line.std(axis=0)
        line = ((line - line.mean(axis=0)) / np.where(spread > 0, spread, 1)).mean(axis=1)
    count = len(line)
    bins = int(np.clip(np.floor(count * smallest_share + 1e-9), 1, _MOST_BINS))
    place = np.empty(count, "int64")
    place[order] = np.arange(count)
    ranked = np.lexsort((place, line))
    found = np.empty(count, "int64")
    found[ranked] = np.arange(count) * bins // count
    return found
