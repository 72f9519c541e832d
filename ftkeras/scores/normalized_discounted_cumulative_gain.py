"""What a ranking is worth beside the best one, documents further down counting less: NDCG."""

from dataclasses import dataclass
from typing import ClassVar

from ftkeras.scores._query_mean import QueryMean
from ftkeras.scores.counts.discounted_gains import DiscountedGains


@dataclass(frozen=True)
class NormalizedDiscountedCumulativeGain(QueryMean):
    """Mean over queries of DCG / (DCG of the best order), DCG = sum_i gain_i / log2(i + 1), i <= k.

    Range [0, 1]; 1 is best. Undefined when no query counts. All pairs of a list are compared: a
    batch needs memory for queries * list_size^2 numbers.

    Args:
        k: How many documents count; `None` for all.
        gain: `"linear"`, the relevance, as in scikit-learn and trec_eval; `"exponential"`,
            2^relevance - 1, as in learning to rank.
        ties: What equal scores are worth: `"average"` over all their orders, as in scikit-learn;
            `"worst"`, the least relevant first; `"order"`, the earlier in the list first. trec_eval
            sorts ties by document id, descending: `"order"` on lists that are sorted so is equal.
        empty: What a query without a relevant document does: `"zero"` scores 0, as in scikit-learn,
            `"skip"` leaves it out.

    Example:
        >>> y_true, y_pred = [[0, 2, 1], [1, 0, -1]], [[0.3, 0.2, 0.1], [2.0, 1.0, 0.0]]
        >>> round(NormalizedDiscountedCumulativeGain()(y_true, y_pred), 6)
        0.834836

    References:
        Järvelin and Kekäläinen, 2002, ACM Transactions on Information Systems 20; McSherry and
        Najork, 2008, ECIR (ties). Checked against scikit-learn.
    """

    row: ClassVar[int] = 2

    k: int | None = None
    gain: str = "linear"
    ties: str = "average"
    empty: str = "zero"

    @property
    def counts(self) -> DiscountedGains:
        """Queries, and the sum of their gains."""
        return DiscountedGains(self.k, self.gain, self.ties)
