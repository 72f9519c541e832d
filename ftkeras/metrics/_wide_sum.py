"""Sums that stay exact where a float32 stops counting at 16,777,216."""

from typing import Any

import keras
from keras import ops

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

_FEW, _SPARSE = 4096, 32
"""A sum of so few entries is added as a whole; of more, only where a batch adds, if it adds to less
than one in so many of them (one entry alone costs what ten in a row do)."""


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
        if tuple(batch.shape) != tuple(self.parts[0].shape):
            batch = ops.reshape(batch, self.parts[0].shape)
        if len(self.parts) == 1:
            value = self.parts[0].value
            # Keras adds by reading, adding and assigning: three operations and a copy.
            plain = keras.backend.backend() == "tensorflow" and not _is_distributed(value)
            (value if plain else self.parts[0]).assign_add(batch)
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

    def add_at(self, places: Any, amounts: Any, size: int, is_complete: bool) -> None:
        """Adds amounts where they belong.

        Args:
            places: Flat positions, of any shape, -1 for none.
            amounts: The same shape.
            size: Number of entries of the sum.
            is_complete: Whether no place is -1.
        """
        if keras.backend.backend() != "tensorflow":
            flat = ops.reshape(ops.maximum(places, 0), (-1,))
            added = ops.reshape(ops.where(places < 0, 0, amounts), (-1,))
            self.add(ops.segment_sum(added, flat, size))
            return
        value = self.parts[0].value
        is_flat = tuple(self.parts[0].shape) == (size,)
        known = places.shape.num_elements()
        is_dense = size <= _FEW or (known is not None and known > size // _SPARSE)
        if is_dense or not is_flat or _is_distributed(value):
            # TensorFlow drops what belongs to no segment.
            self.add(tf.math.unsorted_segment_sum(amounts, places, size))
            return
        # To write out a large table for a small batch would cost more than all else.
        if not is_complete:
            amounts = tf.where(places < 0, tf.zeros_like(amounts), amounts)
            places = tf.maximum(places, 0)
        tf.raw_ops.ResourceScatterAdd(resource=value.handle, indices=places, updates=amounts)

    def value(self) -> Any:
        """Returns the sum in the widest type of the backend."""
        return sum(ops.convert_to_tensor(part) for part in self.parts[::-1])


def _is_distributed(value: Any) -> bool:
    return isinstance(value, tf.distribute.DistributedValues)
