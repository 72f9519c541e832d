"""How often a query ranks a relevant document above another."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.contracts.score import Terms
from ftkeras.scores._ratio import indicator, ratio
from ftkeras.scores.counts._list_places import before_and_level


@dataclass(frozen=True)
class QueryPairs(Terms):
    """`(2,)`: queries with relevant and other documents, and the sum of their areas under ROC.

    Args:
        min_relevance: Relevance from which a document is relevant.

    Example:
        >>> import numpy as np
        >>> from ftkeras.scores.inputs.ranking import Ranking
        >>> units = Ranking().units(np.array([[0, 1, 0]]), np.array([[3.0, 2.0, 1.0]]), np)
        >>> QueryPairs().tally(units).tolist()
        [1.0, 0.5]
    """

    min_relevance: float = 1.0

    @property
    def shape(self) -> tuple[int, ...]:
        """`(2,)`."""
        return (2,)

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(queries, 2)`."""
        one, zero = xp.ones_like(labels), xp.zeros_like(labels)
        relevant = xp.where(labels >= self.min_relevance, one, zero)
        is_other = xp.logical_and(labels >= 0, labels < self.min_relevance)
        before, level = before_and_level(predictions, is_other, xp)
        pairs = xp.sum(relevant, axis=-1) * xp.sum(xp.where(is_other, one, zero), axis=-1)
        lost = xp.array(before, dtype=labels.dtype) + xp.array(level, dtype=labels.dtype) / 2
        share = 1 - ratio(xp.sum(relevant * lost, axis=-1), pairs, xp, otherwise=0.0)
        is_mixed = indicator(pairs > 0, pairs, xp)
        return xp.stack([is_mixed, is_mixed * share], -1)
