"""Values that are averaged over units."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from ftkeras.scores.counts.unit_statistics import UnitStatistics


class UnitValues(UnitStatistics):
    """`(1 + values,)`: units, and the sum of each of their values."""

    names: ClassVar[tuple[str, ...]]
    """What the values are called."""

    @abstractmethod
    def values(self, y_true: Any, y_pred: Any) -> Sequence[float]:
        """Returns the values of one unit."""

    @property
    def shape(self) -> tuple[int, ...]:
        """`(1 + values,)`."""
        return (1 + len(self.names),)

    def of(self, y_true: Any, y_pred: Any) -> list[float]:
        """Returns 1 and the values."""
        return [1.0, *self.values(y_true, y_pred)]
