"""The share of queries with a relevant document among the first k."""

from dataclasses import dataclass
from typing import ClassVar

from ftkeras.scores._query_mean import HitMean


@dataclass(frozen=True)
class HitRateAtK(HitMean):
    """Queries with a relevant document among the first k / all queries.

    Also called success at k. Range [0, 1]; 1 is best. Undefined when no query counts. All
    pairs of a list are compared: a batch needs memory for queries * list_size^2 numbers.

    Args:
        k: How many documents count; `None` for all.
        ties: Which of equal scores comes first: `"worst"`, the one that is not relevant, so that
            constant scores gain nothing; `"order"`, the earlier in the list. trec_eval sorts ties
            by document id, descending: `"order"` on lists that are sorted so is equal to it.
        min_relevance: Relevance from which a document is relevant.
        empty: What a query without a relevant document does: `"zero"` scores 0, `"skip"` leaves it
            out.

    Example:
        >>> y_true, y_pred = [[0, 2, 1], [1, 0, -1]], [[0.3, 0.2, 0.1], [2.0, 1.0, 0.0]]
        >>> HitRateAtK()(y_true, y_pred)
        1.0

    References:
        Deshpande and Karypis, 2004, ACM Transactions on Information Systems 22.
    """

    row: ClassVar[int] = 4

    k: int | None = 10
    ties: str = "worst"
    min_relevance: float = 1.0
    empty: str = "zero"
