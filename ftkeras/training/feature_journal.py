"""Which rows of a feature file are whole: a journal of checked, append-only records."""

import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

KEY_BYTES = 16

_MAGIC = b"ftk1"
# Magic, first row, rows, checksum of the rows, checksum of this record.
_HEADER = struct.Struct("<4sQIII")


@dataclass(frozen=True)
class Chunk:
    """Rows that were written together.

    Args:
        start: Number of the first row.
        keys: `(rows, KEY_BYTES)` bytes that name the example of each row.
        checksum: CRC-32 of the rows' bytes.

    Example:
        >>> chunk = Chunk(0, np.zeros((2, KEY_BYTES), np.uint8), checksum=7)
        >>> [found.stop for found in read(b"torn" + to_bytes(chunk) + to_bytes(chunk)[:-1])[0]]
        [2]
    """

    start: int
    keys: NDArray[np.uint8]
    checksum: int

    @property
    def stop(self) -> int:
        """One more than the number of the last row."""
        return self.start + len(self.keys)


def to_bytes(chunk: Chunk) -> bytes:
    """Returns a chunk's record."""
    keys = chunk.keys.tobytes()
    return _header(chunk.start, len(chunk.keys), chunk.checksum, keys) + keys


def read(journal: bytes) -> tuple[list[Chunk], int]:
    """Reads every undamaged record, in order.

    Args:
        journal: The bytes of the journal; its end may be torn and its middle damaged.

    Returns:
        The chunks, and where the last undamaged record ends.
    """
    chunks: list[Chunk] = []
    position = end = 0
    while (position := journal.find(_MAGIC, position)) >= 0:
        chunk = _parse(journal, position)
        if chunk is None:
            position += 1
            continue
        chunks.append(chunk)
        position += _HEADER.size + chunk.keys.nbytes
        end = position
    return chunks, end


def _parse(journal: bytes, position: int) -> Chunk | None:
    if position + _HEADER.size > len(journal):
        return None
    _, start, rows, checksum, _ = _HEADER.unpack_from(journal, position)
    first = position + _HEADER.size
    keys = journal[first : first + rows * KEY_BYTES]
    header = journal[position:first]
    if len(keys) < rows * KEY_BYTES or header != _header(start, rows, checksum, keys):
        return None
    return Chunk(start, np.frombuffer(keys, np.uint8).reshape(rows, KEY_BYTES), checksum)


def _header(start: int, rows: int, checksum: int, keys: bytes) -> bytes:
    unsigned = _HEADER.pack(_MAGIC, start, rows, checksum, 0)
    return _HEADER.pack(_MAGIC, start, rows, checksum, zlib.crc32(keys, zlib.crc32(unsigned)))
