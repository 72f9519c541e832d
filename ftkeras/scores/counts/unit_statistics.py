"""What a unit that is no array adds, worked out once on the host."""

from abc import abstractmethod
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from ftkeras.contracts.score import Terms


class UnitStatistics(Terms):
    """Terms of texts, tag sequences and the like: `Objects` asks for each unit's vector once.

    Subclasses are frozen dataclasses; see `Edits` for a small one.
    """

    @abstractmethod
    def of(self, y_true: Any, y_pred: Any) -> Sequence[float]:
        """Returns `size` numbers: what one unit adds at weight 1.

        Args:
            y_true: What is true of the unit.
            y_pred: What the model answered.
        """

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, size)`: the statistics are the predictions of these units."""
        return predictions
