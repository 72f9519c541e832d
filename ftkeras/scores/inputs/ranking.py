"""Each unit is a query: a list of documents with their relevance and their scores."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.score import Inputs, Units
from ftkeras.errors import UserError
from ftkeras.scores.inputs._width import wide

PADDING = -1
"""The relevance of what is no document: the list is shorter."""


@dataclass(frozen=True)
class Ranking(Inputs):
    """Lists of relevances, 0 for none, and of scores, larger first.

    Queries without documents are left out.

    Shapes:
        y_true: `(queries, list_size)` relevances, 0 or more; -1 where a list is padded.
        y_pred: `(queries, list_size)`, also `(queries, list_size, 1)`; anything where padded.

    Example:
        >>> y_true, y_pred = np.array([[0, 2, -1]]), np.array([[0.5, 0.2, np.nan]])
        >>> Ranking().units(y_true, y_pred, np).predictions.tolist()
        [[0.5, 0.2, 0.0]]
    """

    unknown: ClassVar[str] = "hold relevances that are neither -1 nor 0 or more"

    def unit_rank(self, y_pred: Any) -> int:
        """Returns 1: only the first axis counts units."""
        return 1

    def units(self, y_true: Any, y_pred: Any, xp: ModuleType) -> Units:
        """Returns relevances and scores `(queries, list_size)`; padding has -1 and 0."""
        # NumPy keeps double precision; a compiled step works in float32 whatever the policy.
        scores = xp.array(y_pred, dtype="float64" if xp is np else "float32")
        if len(scores.shape) == 3 and scores.shape[-1] == 1:
            scores = scores[..., 0]
        relevance = wide(y_true, xp)
        if len(relevance.shape) != 2 or len(scores.shape) != 2:
            raise UserError(
                "Expected a row of relevances and a row of scores for each query. Received: "
                f"y_true.shape={tuple(y_true.shape)}, y_pred.shape={tuple(y_pred.shape)}. Turn "
                "flat rows into lists with `ftkeras.scores.inputs.ranking.padded_lists`."
            )
        is_padding = relevance == PADDING
        is_known = xp.logical_and(relevance >= 0, xp.isfinite(relevance))
        return Units(
            labels=xp.where(xp.logical_or(is_known, is_padding), relevance, 0.0),
            predictions=xp.where(is_padding, xp.zeros_like(scores), scores),
            is_finite=xp.all(xp.logical_or(xp.isfinite(scores), is_padding), axis=-1),
            is_known=xp.all(xp.logical_or(is_known, is_padding), axis=-1),
            is_counted=xp.logical_not(xp.all(is_padding, axis=-1)),
        )


def padded_lists(
    queries: Any, y_true: Any, y_pred: Any
) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64]]:
    """Returns (query ids, relevances, scores), one row a query, from one row a document.

    Documents keep their order. Lists are padded to the longest, with relevance -1 and score 0.

    Args:
        queries: `(rows,)` the query of each document, numbers or strings, in any order.
        y_true: `(rows,)` relevances.
        y_pred: `(rows,)` scores.

    Raises:
        UserError: The lengths differ.

    Example:
        >>> ids, y_true, y_pred = padded_lists(["b", "a", "b"], [1, 0, 2], [0.5, 0.1, 0.9])
        >>> ids.tolist(), y_true.tolist(), y_pred.tolist()
        (['a', 'b'], [[0.0, -1.0], [1.0, 2.0]], [[0.1, 0.0], [0.5, 0.9]])
    """
    queries, relevance, scores = np.asarray(queries), np.asarray(y_true), np.asarray(y_pred)
    if not queries.shape == relevance.shape == scores.shape == (len(queries),):
        raise UserError(
            "Expected as many queries as relevances and scores, one a document. Received: "
            f"queries.shape={queries.shape}, y_true.shape={relevance.shape}, "
            f"y_pred.shape={scores.shape}."
        )
    ids, row, sizes = np.unique(queries, return_inverse=True, return_counts=True)
    order = np.argsort(row, kind="stable")
    column = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    shape = (len(ids), int(sizes.max(initial=0)))
    lists = np.full(shape, float(PADDING)), np.zeros(shape)
    for padded, values in zip(lists, (relevance, scores), strict=True):
        padded[row[order], column] = values[order]
    return ids, *lists
