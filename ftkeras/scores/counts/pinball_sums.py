"""What a predicted quantile costs."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.contracts.score import Terms


@dataclass(frozen=True)
class PinballSums(Terms):
    """`(2, num_outputs)`: units, and max(quantile (y - p), (1 - quantile) (p - y)).

    Args:
        num_outputs: How many numbers are predicted for a unit.
        quantile: Which quantile is predicted.
    """

    num_outputs: int
    quantile: float

    @property
    def shape(self) -> tuple[int, ...]:
        """`(2, num_outputs)`."""
        return (2, self.num_outputs)

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 2 * num_outputs)`."""
        short = labels - predictions
        loss = xp.maximum(self.quantile * short, (self.quantile - 1) * short)
        return xp.concatenate([xp.ones_like(short), loss], axis=-1)
