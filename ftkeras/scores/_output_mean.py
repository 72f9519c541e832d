"""One value for each number that is predicted, and their mean."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

from ftkeras.contracts.score import Counts, Score
from ftkeras.errors import UserError
from ftkeras.scores._ratio import ratio
from ftkeras.scores.counts.error_sums import ErrorSums
from ftkeras.scores.inputs.regression import Regression


def check_share(name: str, value: float) -> None:
    """Raises `UserError` unless the value is a number between 0 and 1."""
    if not isinstance(value, int | float) or not 0 < value < 1:
        raise UserError(f"Expected `{name}` between 0 and 1. Received: {name}={value!r}.")


@dataclass(frozen=True)
class OutputMean(Score):
    """A value of each output, averaged over outputs.

    Args:
        num_outputs: How many numbers are predicted for a unit.
    """

    direction: ClassVar[str] = "min"

    num_outputs: int = 1

    @property
    def bounds(self) -> tuple[float, float]:
        """[0, inf)."""
        return (0.0, float("inf"))

    @property
    def inputs(self) -> Regression:
        """True and predicted numbers."""
        return Regression(self.num_outputs)

    def per_output(self, counts: Any, xp: ModuleType) -> Any:
        """Returns `(..., num_outputs)`: the value of each output, NaN where undefined."""
        raise NotImplementedError

    def formula(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean over outputs; see `Score.formula`."""
        return xp.mean(self.per_output(counts, xp), axis=-1)


@dataclass(frozen=True)
class MeanError(OutputMean):
    """The mean of one kind of error.

    Args:
        num_outputs: How many numbers are predicted for a unit.
    """

    row: ClassVar[int]
    """Which row of `ErrorSums`."""

    @property
    def counts(self) -> Counts:
        """Units and their errors."""
        return ErrorSums(self.num_outputs)

    def per_output(self, counts: Any, xp: ModuleType) -> Any:
        """Returns the mean error of each output."""
        return ratio(counts[..., self.row, :], counts[..., 0, :], xp)
