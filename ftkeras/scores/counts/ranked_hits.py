"""Where the relevant documents of a query stand."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.contracts.score import Terms
from ftkeras.scores._ratio import indicator, ratio
from ftkeras.scores.counts._list_places import check_cutoff, check_ties, places


@dataclass(frozen=True)
class RankedHits(Terms):
    """`(7,)`: queries, those with a relevant document, and sums of five values of a query.

    Precision, recall, hit (1 if there is one), reciprocal rank of the first, and average precision,
    each of the first k documents.

    Args:
        k: How many documents count; `None` for all.
        ties: `"worst"` or `"order"`.
        min_relevance: Relevance from which a document is relevant.

    Example:
        >>> import numpy as np
        >>> from ftkeras.scores.inputs.ranking import Ranking
        >>> units = Ranking().units(np.array([[0, 1, 1]]), np.array([[3.0, 2.0, 1.0]]), np)
        >>> RankedHits(k=2).tally(units).tolist()
        [1.0, 1.0, 0.5, 0.5, 1.0, 0.5, 0.25]
    """

    k: int | None = None
    ties: str = "worst"
    min_relevance: float = 1.0

    def __post_init__(self) -> None:
        check_cutoff(self.k)
        check_ties(self.ties)

    @property
    def shape(self) -> tuple[int, ...]:
        """`(7,)`."""
        return (7,)

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(queries, 7)`."""
        one, zero = xp.ones_like(labels), xp.zeros_like(labels)
        relevant = xp.where(labels >= self.min_relevance, one, zero)
        documents = xp.sum(xp.where(labels >= 0, one, zero), axis=-1)
        # Relevant documents alike, so that "worst" looks at nothing finer.
        place = places(predictions, xp.where(labels >= 0, relevant, -one), self.ties, xp)
        rank = xp.array(place, dtype=labels.dtype) + 1
        depth = documents if self.k is None else self.k * xp.ones_like(documents)
        found = xp.where(rank <= depth[:, None], relevant, zero)
        # [query, document, other]: the other is relevant and ranked no later.
        is_ahead = place[:, None, :] <= place[:, :, None]
        ahead = xp.sum(xp.where(is_ahead, relevant[:, None, :], zero[:, None, :]), axis=-1)
        hits, all_relevant = xp.sum(found, axis=-1), xp.sum(relevant, axis=-1)
        values = [
            xp.ones_like(hits),
            indicator(all_relevant > 0, hits, xp),
            ratio(hits, depth, xp, otherwise=0.0),
            ratio(hits, all_relevant, xp, otherwise=0.0),
            indicator(hits > 0, hits, xp),
            xp.max(found / rank, axis=-1),
            ratio(xp.sum(found * ahead / rank, axis=-1), all_relevant, xp, otherwise=0.0),
        ]
        return xp.stack(values, -1)
