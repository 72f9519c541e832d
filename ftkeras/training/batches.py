"""Batches in an order that depends on (seed, epoch) alone."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds
from ftkeras.training.examples import Examples

# Lengths are sorted inside windows of this many batches: enough to pad little, small enough that
# every epoch still mixes the examples anew.
_WINDOW = 64


class Batches(keras.utils.PyDataset):
    """Every example once an epoch, the last batch smaller when it must be.

    Position in training is (seed, epoch, step) and nothing else: no shuffle buffer, no hidden
    state. Call `set_epoch` before an epoch starts. Batches are `(x, y)`, and `(x, y, weights)` when
    the examples have weights.

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
        self._watching: list[Callable[[NDArray[np.int64]], Any]] = []
        self._batches = self._drawn(0)

    def set_epoch(self, epoch: int, first_step: int = 0) -> None:
        """Fixes the order of the epoch that starts next, without its first steps."""
        self._batches = self._drawn(epoch)[first_step:]
        for tell in self._watching:
            tell(self.order())

    def watch(self, tell: Callable[[NDArray[np.int64]], Any]) -> None:
        """Has `tell(order)` called whenever the order changes."""
        self._watching.append(tell)

    def _drawn(self, epoch: int) -> list[NDArray[np.int64]]:
        return [self.examples.seen(rows, epoch) for rows in self._cut_anew(epoch)]

    def _cut_anew(self, epoch: int) -> list[NDArray[np.int64]]:
        if self.seed is None:
            return self._cut(self._sorted(np.arange(len(self.examples))))
        generator = np.random.default_rng(seeds.child(self.seed, f"epoch/{epoch}"))
        rows = generator.permutation(len(self.examples))
        if self.examples.lengths is None:
            return self._cut(rows)
        window = _WINDOW * self.batch_size
        windows = [self._sorted(rows[i : i + window]) for i in range(0, len(rows), window)]
        batches = self._cut(np.concatenate(windows))
        return [batches[i] for i in generator.permutation(len(batches))]

    def order(self) -> NDArray[np.int64]:
        """Returns the row number of every example (of its view) in the order of this epoch."""
        return np.concatenate(self._batches)

    def rows(self, index: int) -> NDArray[np.int64]:
        """Returns the row numbers of a batch of this epoch."""
        return self._batches[index]

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        rows = self._batches[index]
        batch = self.examples.batch(rows)
        self._count(rows, batch[0])
        weights = self.examples.weights_of(rows)
        return batch if weights is None else (*batch, weights)

    def _count(self, rows: NDArray[np.int64], inputs: Any) -> None:
        """Counts what of a batch is padding."""
        lengths, width = self.examples.lengths, self.examples.width_of(inputs)
        if lengths is not None and width is not None:
            true = int(lengths[rows % len(self.examples)].sum())
            self.examples.padding.add(true, len(rows) * width)

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
    """Batches cut in the graph; Python only writes the order of an epoch into a variable.

    A dataset from a Python generator takes longer to start than an epoch on features lasts.
    """
    import tensorflow as tf  # only this backend has it for certain

    examples, every = batches.examples, np.arange(len(features))
    arrays = (features, examples.labels_of(every), examples.weights_of(every))
    columns = [tf.constant(array) for array in arrays if array is not None]
    order = tf.Variable(batches.order(), trainable=False)
    batches.watch(order.assign)
    once = tf.data.Dataset.range(1)
    rows = once.flat_map(lambda _: tf.data.Dataset.from_tensor_slices(order.read_value()))
    cut = rows.batch(batches.batch_size).map(
        lambda at: tuple(tf.gather(column, at) for column in columns)
    )
    return _ahead(cut, len(batches), 4)


def _generated(batches: Batches) -> Any:
    """Batches from Python, every variable axis declared open.

    Keras would guess the axes of a PyDataset from its first two batches.
    """
    import tensorflow as tf  # only this backend has it for certain

    def generate() -> Iterator[tuple[Any, ...]]:
        for index in range(len(batches)):
            yield batches[index]

    lengths, ragged = batches.examples.lengths, batches.examples.ragged
    by_position = batches.examples.by_position

    def signature(array: NDArray[Any], name: str | None = None) -> tf.TensorSpec:
        has_length = ragged is None or name is None or name in ragged
        variable = lengths is not None and has_length and array.ndim > 1
        shape = (None, *((None,) if variable else array.shape[1:2]), *array.shape[2:])
        return tf.TensorSpec(shape, array.dtype)

    def of_labels(array: NDArray[Any]) -> tf.TensorSpec:
        cut = by_position and array.ndim > 1  # to the length of their batch
        positions = (None,) if cut else array.shape[1:2]
        return tf.TensorSpec((None, *positions, *array.shape[2:]), array.dtype)

    x, *others = batches[0]
    named = isinstance(x, dict)
    inputs = {name: signature(array, name) for name, array in x.items()} if named else signature(x)
    dataset = tf.data.Dataset.from_generator(
        generate, output_signature=(inputs, *map(of_labels, others))
    )
    return _ahead(dataset, len(batches), 2)


def _ahead(dataset: Any, count: int, buffered: int) -> Any:
    """States how many batches there are, and makes some of them ahead.

    Nothing is tuned: the thread that does so is waited for when an iterator ends, up to as long as
    the epoch took.
    """
    import tensorflow as tf  # only this backend has it for certain

    options = tf.data.Options()
    options.autotune.enabled = False
    counted = dataset.apply(tf.data.experimental.assert_cardinality(count))
    return counted.prefetch(buffered).with_options(options)
