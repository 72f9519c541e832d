"""How large errors are: absolute, squared, and relative to the numbers."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ftkeras.contracts.score import Terms
from ftkeras.scores._ratio import ratio

SMALLEST_LABEL = 2.0**-52
"""Relative errors divide by at least this, as scikit-learn's do."""


@dataclass(frozen=True)
class ErrorSums(Terms):
    """`(5, num_outputs)`: units, absolute, squared, relative and symmetric relative errors.

    The relative error is |y - p| / max(|y|, 2^-52), the symmetric one 2 |y - p| / (|y| + |p|), 0
    where both are 0.

    Args:
        num_outputs: How many numbers are predicted for a unit.

    Example:
        >>> import numpy as np
        >>> from ftkeras.scores.inputs.regression import Regression
        >>> units = Regression().units(np.array([1.0, 2.0]), np.array([3.0, 2.0]), np)
        >>> ErrorSums().tally(units).tolist()
        [[2.0], [2.0], [4.0], [2.0], [1.0]]
    """

    num_outputs: int = 1

    @property
    def shape(self) -> tuple[int, ...]:
        """`(5, num_outputs)`."""
        return (5, self.num_outputs)

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 5 * num_outputs)`."""
        absolute = xp.abs(labels - predictions)
        size = xp.abs(labels)
        relative = absolute / xp.maximum(size, SMALLEST_LABEL)
        symmetric = ratio(2 * absolute, size + xp.abs(predictions), xp, otherwise=0.0)
        rows = [xp.ones_like(absolute), absolute, xp.square(absolute), relative, symmetric]
        return xp.concatenate(rows, axis=-1)
