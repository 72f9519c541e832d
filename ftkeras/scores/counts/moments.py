"""Sums that tell how labels, predictions and errors spread, and how they go along."""

from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np

from ftkeras.contracts.score import Terms, Units


@dataclass(frozen=True)
class Moments(Terms):
    """`(8, num_outputs)`: units, e, e^2, d, d^2, q, q^2 and d q.

    e = y - p is the error, d = y - center the label and q = p - center the prediction. Variances
    are differences of such sums. They lose the digits that the mean squared has before the
    variance: where the mean is a hundred times the standard deviation, four. On TensorFlow sixteen
    are there, on JAX seven; a `center` near the mean of the labels loses none.

    Args:
        num_outputs: How many numbers are predicted for a unit.
        center: What is subtracted from labels and predictions, one number, or one an output.
    """

    num_outputs: int = 1
    center: float | tuple[float, ...] = 0.0

    @property
    def shape(self) -> tuple[int, ...]:
        """`(8, num_outputs)`."""
        return (8, self.num_outputs)

    def fitted(self, units: Units, most: int | None = None) -> "Moments":
        """Returns the same counts around the mean labels of these units."""
        if not len(units.labels):
            return self
        return replace(self, center=tuple(float(mean) for mean in units.labels.mean(axis=0)))

    def terms(self, labels: Any, predictions: Any, xp: ModuleType) -> Any:
        """Returns `(units, 8 * num_outputs)`."""
        center = np.asarray(self.center) if isinstance(self.center, tuple) else self.center
        error, label, prediction = labels - predictions, labels - center, predictions - center
        rows = [xp.ones_like(error)]
        for value in (error, label, prediction):
            rows += [value, xp.square(value)]
        return xp.concatenate([*rows, label * prediction], axis=-1)
