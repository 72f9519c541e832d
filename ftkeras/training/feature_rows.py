"""Features of many examples, left on disk."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


class FeatureRows:
    """Looks like a float32 array with the examples as its first axis, and holds row numbers alone.

    What is asked for by a slice, a mask or an array of row numbers is read from the disk then; an
    array of all of it is made by `numpy.asarray`.

    Args:
        read: Row numbers -> `(rows, numbers)`.
        rows: `(examples,)` where the features of each example stand.
        row_shape: Shape of the features of one example.

    Example:
        >>> table = np.arange(12, dtype="float32").reshape(4, 3)
        >>> features = FeatureRows(lambda rows: table[rows], np.array([2, 0, 3]), (3,))
        >>> features.shape, features[:2].tolist()
        ((3, 3), [[6.0, 7.0, 8.0], [0.0, 1.0, 2.0]])
        >>> features.reshape(3, -1)[np.array([2])].tolist()
        [[9.0, 10.0, 11.0]]
    """

    dtype = np.dtype("float32")

    def __init__(
        self,
        read: Callable[[NDArray[np.int64]], NDArray[np.float32]],
        rows: NDArray[np.int64],
        row_shape: tuple[int, ...],
    ) -> None:
        self._read = read
        self._rows = rows
        self._row_shape = row_shape

    @property
    def shape(self) -> tuple[int, ...]:
        """`(examples, ...)`."""
        return (len(self._rows), *self._row_shape)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes that all of it would take."""
        return self.dtype.itemsize * math.prod(self.shape)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, chosen: Any) -> NDArray[np.float32]:
        """Reads the features of an example, or of several."""
        rows = self._rows[chosen]
        found = self._read(np.atleast_1d(rows)).reshape(-1, *self._row_shape)
        return found[0] if np.ndim(rows) == 0 else found

    def reshape(self, examples: int, *row_shape: int) -> "FeatureRows":
        """Returns the same with features of another shape; nothing is read.

        Args:
            examples: As many as there are.
            *row_shape: Shape of the features of one example; one number may be -1.
        """
        if examples != len(self):
            raise ValueError(f"Expected {len(self)} examples. Received: examples={examples}.")
        numbers = math.prod(self._row_shape)
        known = math.prod(size for size in row_shape if size != -1)
        shape = tuple(numbers // known if size == -1 else size for size in row_shape)
        if math.prod(shape) != numbers:
            raise ValueError(
                f"Expected {numbers} numbers an example. Received: row_shape={row_shape}."
            )
        return FeatureRows(self._read, self._rows, shape)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Returns all of it."""
        found = self[:]
        return found if dtype is None else found.astype(dtype, copy=False)
