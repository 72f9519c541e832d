"""Which class is taken for which."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError

_AXES = {"true": (-1,), "predicted": (-2,), "all": (-2, -1)}


def confusion_matrix(counts: Any, normalize: str | None = None) -> NDArray[np.float64]:
    """Returns the table of true (rows) and predicted (columns) classes, or shares of it.

    Args:
        counts: `(..., classes, classes)` counts of `ConfusionCells`, or `(..., 3, 2)` counts of
            `ClassTallies` with two classes, which hold the same four numbers.
        normalize: `None` for counts; `"true"` divides by the row's sum (recall on the diagonal),
            `"predicted"` by the column's (precision on the diagonal), `"all"` by the total. What
            has no unit is NaN.

    Raises:
        UserError: `normalize` is none of these, or the counts are no such table.

    Example:
        >>> confusion_matrix([[3, 1], [0, 2]], normalize="true").tolist()
        [[0.75, 0.25], [0.0, 1.0]]
    """
    if normalize is not None and normalize not in _AXES:
        raise UserError(
            "Expected `normalize` to be None, 'true', 'predicted' or 'all'. Received: "
            f"normalize={normalize!r}."
        )
    table = np.asarray(counts, "float64")
    if table.shape[-2:] == (3, 2):
        right, true = table[..., 0, :], table[..., 1, :]
        table = np.stack([right, true - right], -1)
        # The second row reads predicted class 0 first.
        table[..., 1, :] = table[..., 1, ::-1]
    if table.ndim < 2 or table.shape[-1] != table.shape[-2]:
        raise UserError(
            "Expected counts `(classes, classes)`, or `(3, 2)` tallies of two classes. Received: "
            f"counts.shape={table.shape}. Tallies of more classes do not tell which is taken for "
            "which: count with a score such as `cohen_kappa`."
        )
    if normalize is None:
        return table
    whole = table.sum(axis=_AXES[normalize], keepdims=True)
    return table / np.where(whole == 0, np.nan, whole)
