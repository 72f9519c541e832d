"""What the law of sums asks of counts and of a score."""

from types import ModuleType
from typing import Any, Protocol

from numpy.typing import NDArray


class Counts(Protocol):
    """What is counted: an array per unit, such that adding units adds arrays."""

    def tally(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> NDArray[Any]:
        """Returns the counts of these units together (NumPy, float64 or int64)."""


class Score(Protocol):
    """A formula over counts: the same text serves NumPy arrays and Keras tensors."""

    name: str
    """Unique name of this score with its arguments, for example `f1_score(average='macro')`."""

    direction: str
    """`"max"` when larger is better, `"min"` when smaller is, `"none"` for descriptions."""

    bounds: tuple[float, float]
    """Smallest and largest possible value."""

    counts: Counts
    """What it is computed from."""

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the score of counts; leading axes are kept (resamples, slices)."""
