"""Batches in an order that depends on (seed, epoch) alone."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.training.examples import Examples

# Lengths are sorted inside windows of this many batches: enough to pad little, small enough that
# every epoch still mixes the examples anew.
_WINDOW = 16


class Batches(keras.utils.PyDataset):
    """Every example once an epoch, the last batch smaller when it must be.

    Position in training is (seed, epoch, step) and nothing else: no shuffle buffer, no hidden
    state. Call `set_epoch` before an epoch starts.

    Args:
        examples: What to cut batches from.
        batch_size: Examples a batch.
        seed: Seed of the order; `None` keeps the order given (evaluation), except that examples of
            variable length are sorted by it. `order()` tells which row stands where.
    """

    def __init__(self, examples: Examples, batch_size: int, seed: int | None = None) -> None:
        super().__init__()
        self.examples = examples
        self.batch_size = batch_size
        self.seed = seed
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Fixes the order of the epoch that starts next."""
        if self.seed is None:
            rows = self._sorted(np.arange(len(self.examples)))
            self._batches = self._cut(rows)
            return
        generator = np.random.default_rng(seeds.child(self.seed, f"epoch/{epoch}"))
        rows = generator.permutation(len(self.examples))
        if self.examples.lengths is None:
            self._batches = self._cut(rows)
            return
        window = _WINDOW * self.batch_size
        windows = [self._sorted(rows[i : i + window]) for i in range(0, len(rows), window)]
        batches = self._cut(np.concatenate(windows))
        self._batches = [batches[i] for i in generator.permutation(len(batches))]

    def order(self) -> NDArray[np.int64]:
        """Returns the row number of every example in the order of this epoch."""
        return np.concatenate(self._batches)

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> tuple[Any, NDArray[np.int64]]:
        rows = self._batches[index]
        return self.examples.take(rows), self.examples.labels[rows]

    def _sorted(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        if self.examples.lengths is None:
            return rows
        return rows[np.argsort(self.examples.lengths[rows], kind="stable")]

    def _cut(self, rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        return [rows[i : i + self.batch_size] for i in range(0, len(rows), self.batch_size)]


def for_keras(batches: Batches) -> Any:
    """Returns what `fit`, `evaluate` and `predict` should be given for these batches.

    On TensorFlow that is a `tf.data.Dataset` with a stated cardinality: without it Keras 3.15
    counts a batch too many (keras#23084).
    """
    if keras.backend.backend() != "tensorflow":
        return batches
    if batches.examples.features is not None:
        return _gathered(batches, batches.examples.features)
    return _generated(batches)


def _gathered(batches: Batches, features: NDArray[np.float32]) -> Any:
    """Only the order of an epoch comes from Python; the batches are cut in the graph."""
    import tensorflow as tf  # only this backend has it for certain

    x, y = tf.constant(features), tf.constant(batches.examples.labels)
    orders = tf.data.Dataset.from_generator(
        lambda: iter([batches.order()]), output_signature=tf.TensorSpec((len(y),), tf.int64)
    )
    rows = orders.flat_map(tf.data.Dataset.from_tensor_slices).batch(batches.batch_size)
    cut = rows.map(lambda at: (tf.gather(x, at), tf.gather(y, at)))
    return cut.apply(tf.data.experimental.assert_cardinality(len(batches))).prefetch(4)


def _generated(batches: Batches) -> Any:
    """Batches from Python, every variable axis declared open.

    Keras would guess the axes of a PyDataset from its first two batches.
    """
    import tensorflow as tf  # only this backend has it for certain

    def generate() -> Iterator[tuple[Any, NDArray[np.int64]]]:
        for index in range(len(batches)):
            yield batches[index]

    def signature(array: NDArray[Any]) -> tf.TensorSpec:
        variable = batches.examples.lengths is not None and array.ndim > 1
        shape = (None, *((None,) if variable else array.shape[1:2]), *array.shape[2:])
        return tf.TensorSpec(shape, array.dtype)

    dataset = tf.data.Dataset.from_generator(
        generate, output_signature=keras.tree.map_structure(signature, batches[0])
    )
    counted = dataset.apply(tf.data.experimental.assert_cardinality(len(batches)))
    return counted.prefetch(tf.data.AUTOTUNE)
