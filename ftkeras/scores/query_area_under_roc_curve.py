"""How often a relevant document is ranked above another one of the same query."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Score
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.query_pairs import QueryPairs
from ftkeras.scores.inputs.ranking import Ranking


@dataclass(frozen=True)
class QueryAreaUnderRocCurve(Score):
    """Mean over queries of the share of pairs with the relevant document above, ties counting half.

    "Grouped AUC": scores of two queries are never compared. Queries whose documents are all
    relevant, or none, have no pairs and are left out. Range [0, 1]; 1 is best, 0.5 is chance.
    Undefined when no query has pairs. All pairs of a list are compared: a batch needs memory for
    queries * list_size^2 numbers.

    Args:
        min_relevance: Relevance from which a document is relevant.

    Example:
        >>> y_true, y_pred = [[0, 2, 1], [1, 0, -1]], [[0.3, 0.2, 0.1], [2.0, 1.0, 0.0]]
        >>> QueryAreaUnderRocCurve()(y_true, y_pred)
        0.5

    References:
        Zhu et al., 2017, Optimized Cost per Click in Taobao Display Advertising, KDD. Each query is
        checked against scikit-learn.
    """

    direction: ClassVar[str] = "max"
    undefined: ClassVar[str] = "no query has both relevant documents and others"

    min_relevance: float = 1.0

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, 1]."""
        return (0.0, 1.0)

    @property
    def inputs(self) -> Ranking:
        """Lists of relevances and of scores."""
        return Ranking()

    @property
    def counts(self) -> QueryPairs:
        """Queries with pairs, and the sum of their areas."""
        return QueryPairs(self.min_relevance)

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean; see `Score.formula`."""
        return ratio(counts[..., 1], counts[..., 0], xp)
