"""The share of relevant documents among the first k."""

from dataclasses import dataclass
from typing import ClassVar

from ftkeras.scores._query_mean import HitMean


@dataclass(frozen=True)
class PrecisionAtK(HitMean):
    """Mean over queries of (relevant documents among the first k) / k.

    A list that is shorter than k is divided by k as well, as trec_eval does. Range [0, 1]; 1 is
    best. Undefined when no query counts. All pairs of a list are compared: a batch needs memory for
    queries * list_size^2 numbers.

    Args:
        k: How many documents count; `None` for the whole list.
        ties: Which of equal scores comes first: `"worst"`, the one that is not relevant, so that
            constant scores gain nothing; `"order"`, the earlier in the list. trec_eval sorts ties
            by document id, descending: `"order"` on lists that are sorted so is equal to it.
        min_relevance: Relevance from which a document is relevant.
        empty: What a query without a relevant document does: `"zero"` scores 0, `"skip"` leaves it
            out.

    Example:
        >>> y_true, y_pred = [[0, 2, 1], [1, 0, -1]], [[0.3, 0.2, 0.1], [2.0, 1.0, 0.0]]
        >>> PrecisionAtK()(y_true, y_pred)
        0.15000000000000002

    References:
        Manning, Raghavan and Schütze, 2008, Introduction to Information Retrieval, section 8.4.
    """

    row: ClassVar[int] = 2

    k: int | None = 10
    ties: str = "worst"
    min_relevance: float = 1.0
    empty: str = "zero"
