"""How far up all the relevant documents stand."""

from dataclasses import dataclass
from typing import ClassVar

from ftkeras.scores._query_mean import HitMean


@dataclass(frozen=True)
class MeanAveragePrecision(HitMean):
    """Mean over queries of sum_i precision(i) / (relevant documents), over relevant ranks i <= k.

    precision(i) is the share of relevant documents among the first i. Without ties the value of one
    query is scikit-learn's `average_precision_score`. Range [0, 1]; 1 is best. Undefined when no
    query counts. All pairs of a list are compared: a batch needs memory for queries * list_size^2
    numbers.

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
        >>> MeanAveragePrecision()(y_true, y_pred)
        0.7916666666666666

    References:
        Buckley and Voorhees, 2000, Evaluating Evaluation Measure Stability, SIGIR.
    """

    row: ClassVar[int] = 6

    k: int | None = None
    ties: str = "worst"
    min_relevance: float = 1.0
    empty: str = "zero"
