"""What the ranking of a query is worth, documents further down counting less."""

import math
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.contracts.score import Terms
from ftkeras.errors import UserError
from ftkeras.scores._ratio import indicator, ratio
from ftkeras.scores.counts._list_places import (
    TIES,
    before_and_level,
    check_cutoff,
    check_ties,
    places,
)


@dataclass(frozen=True)
class DiscountedGains(Terms):
    """`(3,)`: queries, those with a relevant document, and the sum of their normalized gains.

    Args:
        k: How many documents count; `None` for all.
        gain: `"linear"` (the relevance) or `"exponential"` (2^relevance - 1).
        ties: `"average"` over all orders of equal scores, `"worst"` or `"order"`.
    """

    k: int | None = None
    gain: str = "linear"
    ties: str = "average"

    def __post_init__(self) -> None:
        check_cutoff(self.k)
        check_ties(self.ties, ("average", *TIES))
        if self.gain not in ("linear", "exponential"):
            raise UserError(
                f"Expected gain='linear' or 'exponential'. Received: gain={self.gain!r}."
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """`(3,)`."""
        return (3,)

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(queries, 3)`."""
        is_document = labels >= 0
        gain = xp.where(is_document, labels, xp.zeros_like(labels))
        if self.gain == "exponential":
            gain = xp.expm1(gain * math.log(2))
        discount = self._discount(gain, xp)
        if self.ties == "average":
            before, level = before_and_level(predictions, is_document, xp)
            weight = _mean_discount(discount, before, level, xp)
        else:
            place = places(predictions, labels, self.ties, xp)
            # Padding comes after all documents, and gains nothing.
            weight = xp.take(discount, xp.minimum(place, xp.shape(gain)[1] - 1), axis=0)
        found = xp.sum(gain * weight, axis=-1)
        best = xp.sum(-xp.sort(-gain, axis=-1) * discount, axis=-1)
        some = indicator(best > 0, best, xp)
        return xp.stack([xp.ones_like(best), some, ratio(found, best, xp, otherwise=0.0)], -1)

    def _discount(self, like: Any, xp: ModuleType) -> Any:
        """Returns `(list_size,)`: 1 / log2(rank + 1), 0 after rank k."""
        place = xp.array(xp.arange(xp.shape(like)[1]), dtype=like.dtype)
        discount = math.log(2) / xp.log(place + 2)
        return discount if self.k is None else xp.where(place < self.k, discount, 0 * discount)


def _mean_discount(discount: Any, before: Any, level: Any, xp: ModuleType) -> Any:
    """Returns the mean discount of the places that documents of equal scores share."""
    last = xp.shape(discount)[0] - 1
    # Sums start at nothing: the sum of the first `n` stands at place `n`.
    sums = xp.concatenate([0 * discount[:1], xp.cumsum(discount)], axis=0)
    end = xp.minimum(before + level, last + 1)
    together = xp.take(sums, end, axis=0) - xp.take(sums, before, axis=0)
    shared = together / xp.array(xp.maximum(level, 1), dtype=together.dtype)
    return xp.where(level == 1, xp.take(discount, xp.minimum(before, last), axis=0), shared)
