"""Texts that do not fit into memory: in one unnamed file, read by row number."""

import os
import tempfile
import weakref
from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ftkeras.data.lazy_column import LazyColumn


class TextsOnDisk:
    """Writes texts as UTF-8, one behind the other, and finds them by where they begin.

    The file has no name and vanishes with the object, or with the process. It lies where the
    system keeps temporary files (`TMPDIR`). In memory stay 8 bytes a text; what the system keeps
    of the file in its own cache does not count as the memory of the process.

    Example:
        >>> texts = TextsOnDisk()
        >>> texts.extend(["great", "", "größer"])
        >>> column = texts.column()
        >>> len(column), column[2], column[np.array([2, 0])].tolist()
        (3, 'größer', ['größer', 'great'])
    """

    def __init__(self) -> None:
        self._file, name = tempfile.mkstemp(prefix="ftkeras-")
        os.unlink(name)
        weakref.finalize(self, os.close, self._file)
        self._ends = array("q", [0])

    def extend(self, texts: Iterable[str]) -> None:
        """Writes more texts."""
        encoded = [text.encode("utf-8") for text in texts]
        for data in encoded:
            self._ends.append(self._ends[-1] + len(data))
        left = memoryview(b"".join(encoded))
        while left:
            left = left[os.write(self._file, left) :]

    def column(self) -> LazyColumn:
        """Returns all texts; none can be written after that."""
        ends = np.frombuffer(self._ends, np.int64)

        def read(rows: NDArray[np.integer]) -> list[str]:
            starts, stops = ends[rows], ends[rows + 1]
            pairs = zip(starts.tolist(), stops.tolist(), strict=True)
            if len(rows) and (starts[1:] == stops[:-1]).all():  # they stand one behind the other
                first = int(starts[0])
                block = self._piece(first, int(stops[-1]))
                return [block[start - first : stop - first].decode() for start, stop in pairs]
            return [self._piece(start, stop).decode() for start, stop in pairs]

        return LazyColumn.of(read, len(ends) - 1)

    def _piece(self, start: int, stop: int) -> bytes:
        """Reads without moving a position that threads would share."""
        pieces = []
        while start < stop:
            data = os.pread(self._file, stop - start, start)
            if not data:
                raise OSError(f"Expected bytes up to {stop}. Received: the end at {start}.")
            pieces.append(data)
            start += len(data)
        return b"".join(pieces)
