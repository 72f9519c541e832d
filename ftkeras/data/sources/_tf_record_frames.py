"""How many records of a TFRecord file are whole, before TensorFlow reads any of them.

TensorFlow takes the memory that the length of a record promises, and a file that promises a
petabyte ends the process.
"""

import gzip
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

_LENGTH = struct.Struct("<Q")
_AROUND = 4
_BLOCK = 1 << 20
_DAMAGE = (OSError, EOFError, zlib.error)


def whole_records(file: Path, max_bytes: int) -> tuple[int, str]:
    """Returns how many records can be read, and why no more can; nothing where all can.

    Only lengths are looked at; checksums are TensorFlow's to compare.

    Args:
        file: The file; one that ends in `.gz` is unpacked, block by block.
        max_bytes: More than that many bytes of records are not read.

    Raises:
        OSError: It cannot be opened.
    """
    packed = file.suffix == ".gz"
    end = None if packed else file.stat().st_size
    with gzip.open(file) if packed else file.open("rb") as stored:
        count = spent = 0
        while True:
            try:
                header = _read(stored, _LENGTH.size + _AROUND)
                if not header:
                    return count, ""
                if len(header) < _LENGTH.size + _AROUND:
                    return count, "it is cut off"
                (length,) = _LENGTH.unpack_from(header)
                spent += len(header) + length + _AROUND
                if spent > max_bytes:
                    return count, f"all records together take more than max_bytes={max_bytes:,}"
                if not _skip(stored, length + _AROUND, end):
                    return count, "it is cut off, or its length is damaged"
            except _DAMAGE as error:
                return count, f"it cannot be unpacked ({str(error)[:80]})"
            count += 1


def _read(stored: "BinaryIO | gzip.GzipFile", size: int) -> bytes:
    data = stored.read(size)
    return data if len(data) in (0, size) else data + stored.read(size - len(data))


def _skip(stored: "BinaryIO | gzip.GzipFile", size: int, end: int | None) -> bool:
    """Says whether so many bytes are there, and goes behind them."""
    if end is not None:
        return stored.seek(size, 1) <= end
    while size:
        block = stored.read(min(size, _BLOCK))
        if not block:
            return False
        size -= len(block)
    return True
