"""Rows of float32 numbers by key, on disk: append-only, checked, safe to kill at any moment."""

import errno
import io
import os
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError
from ftkeras.training import feature_journal
from ftkeras.training.feature_journal import KEY_BYTES, Chunk

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_KEY = f"S{KEY_BYTES}"
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)

Keys = Sequence[bytes] | NDArray[np.bytes_]
"""Keys of 16 bytes."""


class FeatureTable:
    """A row of `width` float32 numbers for each 16-byte key.

    `features.bin` holds the rows and nothing else; `journal.bin` says which of them are whole.
    Rows are flushed to the disk before the journal names them, so what the journal names is
    there, whatever was killed when. Every chunk carries a checksum, which is compared before its
    rows are first used; damaged rows count as missing.

    One process may append at a time (the caller holds a lock); any number may read meanwhile.

    Args:
        directory: Where the two files are; made by the first `append`.
        width: Numbers a row.

    Example:
        >>> import tempfile
        >>> table = FeatureTable(Path(tempfile.mkdtemp()), width=2)
        >>> table.append([b"0123456789abcdef"], np.array([[1, 2]], "float32"))
        >>> table.rows([b"0123456789abcdef", b"fedcba9876543210"])
        array([ 0, -1])
        >>> table.read(np.array([0])).tolist()
        [[1.0, 2.0]]
    """

    def __init__(self, directory: Path, width: int) -> None:
        self.directory = directory
        self.width = width
        self._features = directory / "features.bin"
        self._journal = directory / "journal.bin"
        self._verdicts: dict[tuple[int, int], bool] = {}
        self.refresh()

    def refresh(self) -> int:
        """Reads the journal again; returns where its last undamaged record ends."""
        journal = self._journal.read_bytes() if self._journal.exists() else b""
        chunks, end = feature_journal.read(journal)
        self._chunks = chunks
        self._starts = np.array([chunk.start for chunk in chunks], np.int64)
        self._sorted: tuple[NDArray[np.bytes_], NDArray[np.int64]] | None = None
        return end

    def recover(self) -> None:
        """Reads the journal again and cuts off what a killed process left unfinished."""
        end = self.refresh()
        if self._journal.exists() and self._journal.stat().st_size > end:
            os.truncate(self._journal, end)
        whole = self._next_row * self._row_bytes
        if self._features.exists() and self._features.stat().st_size > whole:
            os.truncate(self._features, whole)

    def rows(self, keys: Keys) -> NDArray[np.int64]:
        """Returns the row number of each key, -1 where it is missing or its chunk is damaged."""
        found = self._found(np.asarray(keys, _KEY))
        present = np.flatnonzero(found >= 0)
        chunks = np.searchsorted(self._starts, found[present], side="right") - 1
        damaged = [number for number in np.unique(chunks) if not self._is_whole(int(number))]
        found[present[np.isin(chunks, damaged)]] = -1
        return found

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Returns `(len(rows), width)` numbers, copied from the memory-mapped file."""
        if not len(rows):
            return np.empty((0, self.width), np.float32)
        shape = (int(rows.max()) + 1, self.width)
        return np.asarray(np.memmap(self._features, "<f4", mode="r", shape=shape)[rows])

    def append(self, keys: Keys, features: NDArray[np.float32]) -> None:
        """Adds rows, all or none; they are on the disk when this returns.

        Args:
            keys: Key of each row.
            features: `(len(keys), width)` numbers.

        Raises:
            UserError: The disk is full or the directory cannot be written.
        """
        content = np.ascontiguousarray(features, "<f4").tobytes()
        named = np.asarray(keys, _KEY).view(np.uint8).reshape(len(keys), KEY_BYTES)
        chunk = Chunk(self._next_row, named, zlib.crc32(content))
        with explained(self.directory):
            self.directory.mkdir(parents=True, exist_ok=True)
            with _all_or_nothing(self._features) as file:
                file.seek(chunk.start * self._row_bytes)
                _write(file, content)
                with _all_or_nothing(self._journal) as journal:
                    _write(journal, feature_journal.to_bytes(chunk))
        self._chunks.append(chunk)
        self._starts = np.append(self._starts, chunk.start)
        self._verdicts[chunk.start, chunk.checksum] = True
        self._sorted = None

    def expect_room(self, rows: int) -> None:
        """Raises `UserError` when so many more rows cannot fit on the disk."""
        needed = rows * self._row_bytes
        there = next(path for path in (self.directory, *self.directory.parents) if path.exists())
        free = shutil.disk_usage(there).free
        if free < needed:
            raise UserError(
                f"Expected {_megabytes(needed)} of free disk for the features of {rows} examples. "
                f"Received: {_megabytes(free)} at {there}. Make room, or choose another cache_dir."
            )

    @property
    def _row_bytes(self) -> int:
        return 4 * self.width

    @property
    def _next_row(self) -> int:
        return max((chunk.stop for chunk in self._chunks), default=0)

    def _found(self, keys: NDArray[np.bytes_]) -> NDArray[np.int64]:
        """Returns the row that was last written for each key, -1 where there is none."""
        if not self._chunks:
            return np.full(len(keys), -1, np.int64)
        if self._sorted is None:  # 24 bytes a row; a dictionary of millions takes ten times that
            known = np.concatenate([_as_keys(chunk) for chunk in self._chunks])
            rows = np.concatenate([np.arange(chunk.start, chunk.stop) for chunk in self._chunks])
            order = np.argsort(known, kind="stable")
            self._sorted = known[order], rows[order]
        known, rows = self._sorted
        places = np.maximum(np.searchsorted(known, keys, side="right") - 1, 0)
        return np.where(known[places] == keys, rows[places], -1)

    def _is_whole(self, number: int) -> bool:
        chunk = self._chunks[number]
        name = (chunk.start, chunk.checksum)
        if name not in self._verdicts:
            content = b""
            if self._features.exists():
                with self._features.open("rb") as file:
                    file.seek(chunk.start * self._row_bytes)
                    content = file.read(len(chunk.keys) * self._row_bytes)
            self._verdicts[name] = zlib.crc32(content) == chunk.checksum
        return self._verdicts[name]


@contextmanager
def explained(directory: Path) -> Iterator[None]:
    """Turns a full disk or a missing right inside the block into a `UserError`."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            rule, advice = "free space for features", "Make room, or choose another cache_dir"
        elif error.errno in _NOT_ALLOWED:
            rule, advice = (
                "a cache_dir that can be written",
                "Correct its rights, or choose another",
            )
        else:
            raise
        raise UserError(
            f"Expected {rule}. Received: cache_dir={directory.parent} ({error.strerror}). "
            f"{advice}, and run again: what was computed until the last save is kept."
        ) from error


@contextmanager
def _all_or_nothing(path: Path) -> Iterator[io.FileIO]:
    """Opens a file at its end for unbuffered writing; an error leaves it as long as it was."""
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o644), "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        try:
            yield file
        except OSError:
            file.truncate(size)
            raise


def _as_keys(chunk: Chunk) -> NDArray[np.bytes_]:
    return np.ascontiguousarray(chunk.keys).view(_KEY).ravel()


def _write(file: io.FileIO, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]
    os.fsync(file.fileno())


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
