"""Sums that stay exact where a float32 stops counting at 16,777,216."""

from typing import Any

import keras
from keras import ops


class WideSum:
    """A variable that adds batches: float64 where the backend has it, else two float32.

    TensorFlow and PyTorch add in float64: integers are exact up to 2^53. JAX has no 64-bit numbers
    unless the whole program asks for them, so there a value is the unevaluated sum of two float32,
    renormalised after each addition: integers are exact up to 2^48, weighted sums to ~1e-14.

    Args:
        owner: The metric that tracks the variables.
        shape: Shape of the sum.
        name: Name of the variable.
    """

    def __init__(self, owner: keras.metrics.Metric, shape: tuple[int, ...], name: str) -> None:
        self.dtype = "float32" if keras.backend.backend() == "jax" else "float64"
        parts = ("", "_rest") if self.dtype == "float32" else ("",)
        self.parts = [
            owner.add_variable(shape, "zeros", self.dtype, aggregation="sum", name=name + part)
            for part in parts
        ]

    def add(self, batch: Any) -> None:
        """Adds the sum over one batch."""
        batch = ops.cast(batch, self.dtype)
        if len(self.parts) == 1:
            self.parts[0].assign_add(batch)
            return
        total, rest = (ops.convert_to_tensor(part) for part in self.parts)
        # Two-sum (Knuth, 4.2.2): `lost` is exactly what rounding `grown` dropped.
        grown = total + batch
        part = grown - total
        lost = (total - (grown - part)) + (batch - part)
        rest = rest + lost
        renormalised = grown + rest
        self.parts[0].assign(renormalised)
        self.parts[1].assign(rest - (renormalised - grown))

    def value(self) -> Any:
        """Returns the sum in the widest type of the backend."""
        return sum(ops.convert_to_tensor(part) for part in self.parts[::-1])
