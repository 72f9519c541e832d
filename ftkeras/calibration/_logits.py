"""Logits as every method reads them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from ftkeras.errors import UserError


def checked(logits: Any, labels: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Returns `(examples, classes)` logits and labels; one logit becomes that of class 0, 0.

    Raises:
        UserError: Nothing, or nothing usable, to fit on.
    """
    rows, labels = wide(logits), np.asarray(labels)
    if labels.ndim != 1 or len(labels) != len(rows) or not len(rows):
        raise UserError(
            "Expected one label for each row of logits, and at least one. Received: "
            f"logits.shape={np.shape(logits)}, labels.shape={labels.shape}."
        )
    if not np.isfinite(rows).all():
        raise UserError(
            "Expected finite logits. Received: "
            f"{int((~np.isfinite(rows).all(axis=1)).sum())} rows with NaN or infinity."
        )
    if labels.min() < 0 or labels.max() >= rows.shape[1]:
        raise UserError(
            f"Expected labels in [0, {rows.shape[1]}). Received: labels from {labels.min()} to "
            f"{labels.max()}."
        )
    return rows, labels.astype("int64")


def wide(logits: Any) -> NDArray[np.float64]:
    """Returns `(examples, classes)` float64; the log-odds of class 1 stand beside a 0."""
    rows = np.asarray(logits, "float64")
    if rows.ndim != 2 or not rows.shape[1]:
        raise UserError(
            f"Expected `logits` of shape (examples, outputs). Received: shape={rows.shape}."
        )
    return np.hstack([np.zeros_like(rows), rows]) if rows.shape[1] == 1 else rows


def log_odds(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns `(examples, classes)`: the log-odds of each class against all others."""
    if rows.shape[1] == 2:
        margin = rows[:, 1] - rows[:, 0]
        return np.stack([-margin, margin], axis=1)
    logs = rows - logsumexp(rows, axis=1, keepdims=True)
    # log(1 - p) loses all digits near p = 1, which only the largest can reach: there, sum the rest.
    others = np.log1p(-np.exp(np.minimum(logs, -1e-9)))
    row, largest = np.arange(len(rows)), logs.argmax(axis=1)
    rest = logs.copy()
    rest[row, largest] = -np.inf
    others[row, largest] = logsumexp(rest, axis=1)
    return np.asarray(logs - others)


def one_versus_rest(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns rows that sum to 1 from each class's own probability; of two, the second counts."""
    if share.shape[1] == 2:
        return np.stack([1 - share[:, 1], share[:, 1]], axis=1)
    return np.asarray(share / share.sum(axis=1, keepdims=True))
