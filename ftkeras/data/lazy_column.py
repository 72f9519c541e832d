"""Columns whose values are made when they are asked for."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

_AT_ONCE = 8192

Read = Callable[[NDArray[np.integer]], Sequence[Any]]
"""Row numbers -> their values."""


class LazyColumn(Sequence[Any]):
    """Looks like a one-dimensional array of objects, and holds row numbers alone.

    An integer gives a value; a slice, a mask or an array of row numbers gives another column of
    that kind, without reading anything. Values are read when the column is iterated over, listed
    (`tolist`), or made an array (`numpy.asarray`).

    Args:
        read: Row numbers -> their values.
        rows: `(values,)` the row number of each value.

    Example:
        >>> column = LazyColumn(lambda rows: [f"row {row}" for row in rows], np.arange(10**6))
        >>> len(column), column[-1], column[np.array([3, 5])].tolist()
        (1000000, 'row 999999', ['row 3', 'row 5'])
        >>> np.asarray(column[:2])
        array(['row 0', 'row 1'], dtype=object)
    """

    dtype = np.dtype(object)
    ndim = 1

    def __init__(self, read: Read, rows: NDArray[np.integer]) -> None:
        self._read = read
        self.rows = rows

    @classmethod
    def of(cls, read: Read, size: int) -> "LazyColumn":
        """Returns the column of the rows from 0 to `size - 1`, in the least memory."""
        return cls(read, np.arange(size, dtype="int32" if size < 2**31 else "int64"))

    @classmethod
    def joined(cls, columns: "Sequence[LazyColumn | NDArray[Any]]") -> "LazyColumn":
        """Returns the values of several columns, one behind the other.

        Args:
            columns: Columns; those that are arrays stay in memory.

        Example:
            >>> column = LazyColumn.of(lambda rows: [f"row {row}" for row in rows], 3)
            >>> LazyColumn.joined([column[:2], column[2:]])[np.array([2, 0])].tolist()
            ['row 2', 'row 0']
        """
        starts = np.concatenate([[0], np.cumsum([len(column) for column in columns])])

        def read(rows: NDArray[np.integer]) -> list[Any]:
            found: list[Any] = [None] * len(rows)
            which = np.searchsorted(starts, rows, side="right") - 1
            for number in np.unique(which).tolist():
                places = np.flatnonzero(which == number)
                values = columns[number][rows[places] - starts[number]]
                for place, value in zip(places.tolist(), values, strict=True):
                    found[place] = value
            return found

        return cls.of(read, int(starts[-1]))

    def map(self, change: Callable[[Any], Any]) -> "LazyColumn":
        """Returns the column of what is made of each value, when it is read.

        Example:
            >>> LazyColumn.of(lambda rows: list("abc"), 3).map(str.upper).tolist()
            ['A', 'B', 'C']
        """
        return LazyColumn(lambda rows: [change(value) for value in self._read(rows)], self.rows)

    @property
    def shape(self) -> tuple[int]:
        """`(values,)`."""
        return (len(self.rows),)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, chosen: int) -> Any: ...
    @overload
    def __getitem__(self, chosen: "slice | NDArray[Any] | Sequence[int]") -> "LazyColumn": ...

    def __getitem__(self, chosen: Any) -> Any:
        """Returns one value, or the column of the chosen rows."""
        if isinstance(chosen, int | np.integer):
            return self._read(self.rows[chosen : chosen + 1 or None])[0]
        return LazyColumn(self._read, self.rows[chosen])

    def __iter__(self) -> Iterator[Any]:
        for first in range(0, len(self.rows), _AT_ONCE):
            yield from self._read(self.rows[first : first + _AT_ONCE])

    def tolist(self) -> list[Any]:
        """Returns all values."""
        return list(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Returns all values as an array of objects, or of the type that is asked for."""
        values = np.empty(len(self.rows), dtype=object)
        for row, value in enumerate(self):
            values[row] = value
        return values if dtype is None else values.astype(dtype)


def taken(values: Sequence[Any], rows: NDArray[np.integer]) -> Sequence[Any]:
    """Returns some of the values; those of a `LazyColumn` are not read yet.

    Args:
        values: What is taken from.
        rows: Row numbers.

    Example:
        >>> taken(["a", "b", "c"], np.array([2, 0]))
        ['c', 'a']
    """
    return values[rows] if isinstance(values, LazyColumn) else [values[row] for row in rows]


def concatenated(columns: "Sequence[LazyColumn | NDArray[Any]]") -> "NDArray[Any] | LazyColumn":
    """Returns the values of several columns, one behind the other; what is on disk stays there.

    Args:
        columns: Columns.

    Example:
        >>> column = LazyColumn.of(lambda rows: [f"row {row}" for row in rows], 3)
        >>> both = concatenated([column, np.array(["in memory"], object)])
        >>> type(both).__name__, both[2:].tolist()
        ('LazyColumn', ['row 2', 'in memory'])
        >>> concatenated([np.array([1]), np.array([2, 3])])
        array([1, 2, 3])
    """
    if any(isinstance(column, LazyColumn) for column in columns):
        return LazyColumn.joined(columns)
    return np.concatenate([np.asarray(column) for column in columns])


def listed(values: "NDArray[Any] | LazyColumn") -> Sequence[Any]:
    """Returns the values of an array as a list, and a `LazyColumn` as it is.

    Example:
        >>> listed(np.array(["a", "b"], object))
        ['a', 'b']
    """
    return values if isinstance(values, LazyColumn) else values.tolist()
