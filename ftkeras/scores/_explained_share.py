"""1 - (what is left of the labels' spread) / (their spread), for one output or several."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.errors import UserError
from ftkeras.scores._moment_score import MomentScore, rows, spread
from ftkeras.scores._ratio import ratio


@dataclass(frozen=True)
class ExplainedShare(MomentScore):
    """A share of the labels' spread, averaged over outputs.

    Args:
        num_outputs: How many numbers are predicted for a unit.
        center: A number near the mean of the labels.
        average: `"uniform"` or `"variance_weighted"`.
    """

    num_outputs: int = 1
    center: float = 0.0
    average: str = "uniform"

    def __post_init__(self) -> None:
        if self.average not in ("uniform", "variance_weighted"):
            raise UserError(
                "Expected `average` to be 'uniform' or 'variance_weighted'. Received: "
                f"average={self.average!r}."
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """(-inf, 1]."""
        return (float("-inf"), 1.0)

    def left(self, units: Any, error: Any, squares: Any, xp: ModuleType) -> Any:
        """Returns what is left, from units, summed errors and summed squared errors."""
        raise NotImplementedError

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the share; see `Score.formula`."""
        units, error, squares, label, label_squares = rows(counts)[:5]
        whole = spread(units, label, label_squares, xp)
        share = 1 - ratio(self.left(units, error, squares, xp), whole, xp)
        if self.average == "uniform":
            return xp.mean(share, axis=-1)
        weighted = xp.where(whole > 0, whole * share, xp.zeros_like(whole))
        return ratio(xp.sum(weighted, axis=-1), xp.sum(whole, axis=-1), xp)
