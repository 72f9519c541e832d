"""Which rows all heads of a grid read together, in an order that depends on (seed, epoch) alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftkeras import seeds

_RESOLUTION = 1 << 16


@dataclass(frozen=True)
class StackedBatches:
    """Batches over all examples, one order for each row of the grid.

    A batch is cut from all examples, and each head takes part with those that are in its own
    training part. It is therefore larger than `batch_size` by as much as the training parts are
    smaller than everything: on average a head sees `batch_size` examples of its own a step.

    Args:
        num_examples: Number of all examples.
        trained_share: Mean share of them that a head trains on, in (0, 1].
        batch_size: Examples that a head is to see a step, on average.
        orders: A seed for each order.

    Example:
        >>> batches = StackedBatches(10, trained_share=0.5, batch_size=2, orders=(0, 1))
        >>> rows, filled = batches.rows(epoch=0)
        >>> rows.shape, int(filled.sum()), sorted(rows[:, 0][filled].tolist()) == list(range(10))
        ((3, 2, 4), 10, True)
    """

    num_examples: int
    trained_share: float
    batch_size: int
    orders: tuple[int, ...]

    @property
    def width(self) -> int:
        """Rows a batch."""
        wide = max(1, round(self.batch_size / self.trained_share))
        return min(wide, self.num_examples)

    @property
    def steps(self) -> int:
        """Batches an epoch."""
        return -(-self.num_examples // self.width)

    def rows(self, epoch: int) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Returns `(steps, orders, width)` row numbers, and `(steps, width)` which ones count.

        Every example is there once in each order; the places beyond the last example do not count.
        """
        padded = self.steps * self.width
        drawn = np.zeros((len(self.orders), padded), "int32")
        for index, seed in enumerate(self.orders):
            generator = np.random.default_rng(seeds.child(seed, f"epoch/{epoch}"))
            drawn[index, : self.num_examples] = generator.permutation(self.num_examples)
        filled = np.arange(padded) < self.num_examples
        by_step = drawn.reshape(len(self.orders), self.steps, self.width).swapaxes(0, 1)
        return np.ascontiguousarray(by_step), filled.reshape(self.steps, self.width)

    def masks(
        self, epoch: int, dropouts: Sequence[tuple[float, tuple[int, ...]]]
    ) -> list[NDArray[np.bool_]]:
        """Returns `(steps, orders, 1, width, ...)` for each dropout: true where a value is kept.

        What is dropped belongs to the order: the heads of a row share it. NumPy draws it, so that
        every backend drops the same.

        Args:
            epoch: The epoch.
            dropouts: Rate and shape of each, as `StackedLayers.dropouts` says.
        """
        found = []
        for number, (rate, shape) in enumerate(dropouts):
            mask = np.empty((self.steps, len(self.orders), 1, self.width, *shape), bool)
            for index, seed in enumerate(self.orders):
                drawn_with = seeds.child(seed, f"epoch/{epoch}/dropout/{number}")
                generator = np.random.Generator(np.random.SFC64(drawn_with))
                size = (self.steps, self.width, *shape)
                drawn = generator.integers(0, _RESOLUTION, size, dtype=np.uint16)
                mask[:, index, 0] = drawn >= round(rate * _RESOLUTION)
            found.append(mask)
        return found
