"""What every statistic asks of its settings."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError


@dataclass(frozen=True)
class Settings:
    """How to resample.

    Args:
        level: Confidence level.
        resamples: Number of resampled data sets.
        seed: Seed of the resampling.
        groups: `(units,)` which units are drawn together; `None` when all are independent.
    """

    level: float
    resamples: int
    seed: int
    groups: NDArray[Any] | None

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise UserError(
                f"Expected `level` between 0 and 1. Received: level={self.level!r}. Try 0.95."
            )
        if self.resamples < 100:
            raise UserError(
                "Expected `resamples` >= 100. Received: "
                f"resamples={self.resamples!r}. 1000 is usual."
            )

    @property
    def tails(self) -> list[float]:
        """The two quantiles between which the interval lies."""
        return [(1 - self.level) / 2, (1 + self.level) / 2]

    def generator(self) -> np.random.Generator:
        """Returns a fresh generator, so that each score sees the same draws in any company."""
        return np.random.default_rng(self.seed)
