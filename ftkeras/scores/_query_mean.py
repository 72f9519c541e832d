"""A value of each query, averaged over queries."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Counts, Score
from ftkeras.errors import UserError
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.ranked_hits import RankedHits
from ftkeras.scores.inputs.ranking import Ranking


class QueryMean(Score):
    """The mean of one value over queries, with those without a relevant document or without."""

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = "there is no query that counts"
    row: ClassVar[int]
    """Where the sum of the value stands in the counts, after all queries and those with some."""

    empty: str

    def __post_init__(self) -> None:
        if self.empty not in ("zero", "skip"):
            raise UserError(
                "Expected `empty` to be 'zero' (a query without a relevant document scores 0) or "
                f"'skip' (it is left out). Received: empty={self.empty!r}."
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Ranking:
        """Lists of relevances and of scores."""
        return Ranking()

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean; see `Score.formula`."""
        return ratio(counts[..., self.row], counts[..., 0 if self.empty == "zero" else 1], xp)


@dataclass(frozen=True)
class HitMean(QueryMean):
    """The mean of a value that depends on where relevant documents stand.

    Args:
        k: How many documents count.
        ties: What comes first of equal scores.
        min_relevance: Relevance from which a document is relevant.
        empty: What a query without a relevant document scores.
    """

    k: int | None = None
    ties: str = "worst"
    min_relevance: float = 1.0
    empty: str = "zero"

    @property
    def counts(self) -> Counts:
        """Queries, and sums of their values."""
        return RankedHits(self.k, self.ties, self.min_relevance)
