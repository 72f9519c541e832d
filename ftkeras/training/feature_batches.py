"""Batches of a few fixed shapes, cut so that what a batch computes never depends on the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Encoded
from ftkeras.training.length_buckets import round_up


@dataclass(frozen=True)
class BatchShape:
    """How many examples go through the backbone at once.

    Args:
        tokens: For inputs of variable length: padded positions a batch, at most.
        examples: For inputs of one size: examples a batch.

    Example:
        >>> shape = BatchShape(tokens=512, examples=16)
        >>> [shape.rows(length) for length in (8, 24, 128, 1024, None)]
        [64, 21, 4, 1, 16]
    """

    tokens: int
    examples: int

    def rows(self, length: int | None) -> int:
        """Returns the number of examples in every batch of this padded length."""
        return self.examples if length is None else max(1, self.tokens // length)


# On two cores matrix products reach their full speed from about 400 positions on, and a batch that
# is not full is padded, so larger ones only waste more. Accelerators need far more at once.
_ON_CPU = BatchShape(tokens=512, examples=16)
_ON_ACCELERATOR = BatchShape(tokens=16384, examples=64)


def shape_for(device: str) -> BatchShape:
    """Returns the batch shape for `"cpu"`, `"gpu"` or `"tpu"`."""
    return _ON_CPU if device == "cpu" else _ON_ACCELERATOR


def device() -> str:
    """Returns what Keras computes on: `"cpu"`, `"gpu"` or `"tpu"`."""
    kinds = {name.split(":")[0].lower() for name in keras.distribution.list_devices()}
    return next((kind for kind in ("tpu", "gpu") if kind in kinds), "cpu")


@dataclass(frozen=True)
class Batch:
    """Inputs of one fixed shape.

    Args:
        rows: Row number of each example that is wanted.
        inputs: The backbone's inputs by name; rows beyond `len(rows)` repeat earlier ones.
        true: Positions of the wanted examples, where they have lengths.
        computed: Positions of all rows, padding included; 0 where they have no lengths.
    """

    rows: NDArray[np.int64]
    inputs: dict[str, NDArray[Any]]
    true: int = 0
    computed: int = 0


def cut(encoded: Encoded, shape: BatchShape, longest: int | None) -> Iterator[Batch]:
    """Cuts encoded examples into full batches, longest first; the last of a length has repeats.

    An example's batch shape follows from its own length alone. Where equal shapes give equal
    bits, its result is therefore the same whatever else is computed in the same call.

    Args:
        encoded: The examples.
        shape: How many go into a batch.
        longest: The backbone's limit on the length, if it has one.

    Example:
        >>> lengths = np.array([3, 9, 5])
        >>> encoded = Encoded({"x": np.arange(27).reshape(3, 9)}, lengths)
        >>> for batch in cut(encoded, BatchShape(tokens=32, examples=1), longest=None):
        ...     print(batch.rows, batch.inputs["x"].shape)
        [1] (2, 16)
        [0 2] (4, 8)
    """
    if encoded.lengths is None:
        every = np.arange(len(next(iter(encoded.arrays.values()))))
        yield from _full_batches(encoded, every, shape.rows(None), None)
        return
    padded = np.array([round_up(int(length), longest) for length in encoded.lengths])
    for length in np.unique(padded)[::-1].tolist():
        size = shape.rows(length)
        if encoded.ragged is not None:  # the picture beside a short text is no smaller for it
            size = min(size, shape.examples)
        yield from _full_batches(encoded, np.flatnonzero(padded == length), size, length)


def _full_batches(
    encoded: Encoded, rows: NDArray[np.int64], size: int, length: int | None
) -> Iterator[Batch]:
    for first in range(0, len(rows), size):
        wanted = rows[first : first + size]
        inputs = encoded.take(np.resize(wanted, size), length)
        if encoded.lengths is None or length is None:
            yield Batch(wanted, inputs)
        else:
            yield Batch(wanted, inputs, int(encoded.lengths[wanted].sum()), size * length)
