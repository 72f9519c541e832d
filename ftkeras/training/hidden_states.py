"""What frozen layers give to the layers above them, computed once and kept on disk."""

import hashlib
import json
import math
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ftkeras.contracts.backbone import Backbone
from ftkeras.graph import Halves
from ftkeras.records import atomic
from ftkeras.training import feature_batches
from ftkeras.training.feature_pass import ModelPass

# Of the disk that is free, and in all: hidden states of many texts soon outgrow their worth.
_SHARE_OF_FREE_DISK = 0.5
_MOST_BYTES = 16 << 30


@dataclass(frozen=True)
class Column:
    """One tensor that crosses the cut, of all examples.

    Args:
        name: Its name.
        shape: Shape of one example; `None` in the first place when that is the example's length.
        dtype: What is kept of each number.
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str

    def starts(self, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns where each example begins, and at last where all end, in rows of `width`."""
        each = lengths if self.is_ragged else np.ones_like(lengths)
        return np.concatenate([[0], np.cumsum(each)])

    @property
    def is_ragged(self) -> bool:
        """Whether examples have as many rows as they are long."""
        return bool(self.shape) and self.shape[0] is None

    @property
    def row(self) -> tuple[int, ...]:
        """Shape of one row."""
        return tuple(int(size or 0) for size in (self.shape[1:] if self.is_ragged else self.shape))


class HiddenStates:
    """Cached hidden states of one part of the data.

    Of a text only the positions that are there are kept, one after the other in one file a tensor;
    a batch is cut from the memory-mapped files and padded with zeros. So memory does not grow with
    the data. The states lie in a directory named by the digest of all that decides them, so that
    the next run with the same frozen layers finds them; it appears when it is complete.

    Args:
        directory: Where hidden states are kept.
        halves: The model, cut.
        backbone: What it was built on: its preprocessing, and its fingerprint for the digest.
        storage: `float32` or `float16`: what is kept of numbers with a fraction.
    """

    def __init__(self, directory: Path, halves: Halves, backbone: Backbone, storage: str) -> None:
        self.directory = directory
        self.halves = halves
        self.preprocess = preprocess = backbone.preprocess
        self._fingerprint = backbone.fingerprint
        self.columns = _columns(halves, storage)
        shape = feature_batches.shape_for(feature_batches.device())
        self._pass: ModelPass | None = None
        if halves.frozen is not None:
            self._pass = ModelPass(preprocess, halves.frozen, shape)
        self._weights = _digest_of_weights(halves.frozen)

    @property
    def possible(self) -> bool:
        """Whether every crossing tensor belongs to single examples and has a known size."""
        crossing = keras.tree.flatten(self.halves.frozen.output) if self.halves.frozen else []
        if any(getattr(layer, "regroups_examples", False) for layer in self.halves.moving.layers):
            return False
        ragged_norms = any(column.is_ragged for column in self.columns) and any(
            isinstance(layer, keras.layers.BatchNormalization) and layer.trainable_variables
            for layer in self.halves.moving.layers
        )  # its statistics would be taken over padding, too
        whole = all(x.shape[0] is None and None not in column.shape[1:]
                    for x, column in zip(crossing, self.columns, strict=True))  # fmt: skip
        return bool(crossing) and whole and not ragged_norms

    def size(self, lengths: NDArray[np.int64]) -> int:
        """Returns how many bytes the states of examples of these lengths take."""
        return sum(
            int(column.starts(lengths)[-1])
            * math.prod(column.row)
            * np.dtype(column.dtype).itemsize
            for column in self.columns
        )

    def fits(self, size: int) -> bool:
        """Returns whether there is room for so many bytes."""
        there = next(p for p in (self.directory, *self.directory.parents) if p.exists())
        return size <= min(_MOST_BYTES, _SHARE_OF_FREE_DISK * shutil.disk_usage(there).free)

    def states(
        self,
        ids: Sequence[str],
        values: Sequence[Any],
        lengths: NDArray[np.int64],
        progress: Callable[[int, int], None] | None = None,
    ) -> "States":
        """Returns the states of some examples; computes them if they are not there yet.

        Args:
            ids: Digest of each example's content.
            values: Raw inputs.
            lengths: Positions of each; ones for what has no length.
            progress: Called with (done, total) examples.
        """
        path = self.directory / self._key(ids, lengths)
        if not path.exists():
            self.directory.mkdir(parents=True, exist_ok=True)
            self._make_room(self.size(lengths))
            with atomic.replacing_directory(path) as temporary:
                self._compute(temporary, values, lengths, progress)
        elif progress is not None:
            progress(len(ids), len(ids))
        os.utime(path)
        return States(path, self.columns, lengths)

    def _make_room(self, needed: int) -> None:
        """Deletes the states that were used longest ago until all together keep to the limit."""
        kept = [(p.stat().st_mtime, p) for p in self.directory.iterdir() if p.name[0] != "."]
        sizes = {p: sum(file.stat().st_size for file in p.iterdir()) for _, p in kept}
        for _, path in sorted(kept):
            if sum(sizes.values()) + needed > _MOST_BYTES:
                shutil.rmtree(path, ignore_errors=True)
                del sizes[path]

    def _compute(
        self,
        directory: Path,
        values: Sequence[Any],
        lengths: NDArray[np.int64],
        progress: Callable[[int, int], None] | None,
    ) -> None:
        if self._pass is None:
            raise ValueError("Expected a cut model. Received: one without a frozen half.")
        files = [
            np.lib.format.open_memmap(
                directory / f"{column.name}.npy",
                mode="w+",
                dtype=column.dtype,
                shape=(int(column.starts(lengths)[-1]), *column.row),
            )
            for column in self.columns
        ]
        starts = [column.starts(lengths) for column in self.columns]
        done = 0
        for rows, outputs in self._pass.outputs(values):
            for column, file, first, output in zip(
                self.columns, files, starts, outputs, strict=True
            ):
                for row, state in zip(rows, output, strict=True):
                    if column.is_ragged:
                        file[first[row] : first[row + 1]] = state[: lengths[row]]
                    else:
                        file[first[row]] = state
            done += len(rows)
            if progress is not None:
                progress(done, len(values))
        for file in files:
            file.flush()

    def _key(self, ids: Sequence[str], lengths: NDArray[np.int64]) -> str:
        key = {
            "backbone": self._fingerprint,
            "weights": self._weights,
            "columns": [[c.name, list(c.shape), c.dtype] for c in self.columns],
            "preprocessing": self.preprocess.config,
            "keras": f"{keras.version()} {keras.backend.backend()}",
            "device": feature_batches.device(),
        }
        digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode())
        digest.update("\n".join(str(id_) for id_ in ids).encode() + lengths.tobytes())
        return digest.hexdigest()[:20]


class States:
    """Hidden states on disk.

    Args:
        path: Where they are.
        columns: Which tensors.
        lengths: `(examples,)` lengths.
    """

    def __init__(self, path: Path, columns: Sequence[Column], lengths: NDArray[np.int64]) -> None:
        self.columns = columns
        self.lengths = lengths
        self._files = [np.load(path / f"{c.name}.npy", mmap_mode="r") for c in columns]
        self._starts = [column.starts(lengths) for column in columns]

    def take(self, rows: NDArray[np.integer], length: int) -> dict[str, NDArray[Any]]:
        """Returns the states of some rows, padded with zeros to a length.

        Args:
            rows: Row numbers.
            length: Positions of each text.
        """
        taken: dict[str, NDArray[Any]] = {}
        for column, file, starts in zip(self.columns, self._files, self._starts, strict=True):
            dtype = "float32" if column.dtype == "float16" else column.dtype
            if not column.is_ragged:
                taken[column.name] = np.asarray(file[rows], dtype)
                continue
            batch = np.zeros((len(rows), length, *column.row), dtype)
            for place, row in enumerate(rows):
                first, last = int(starts[row]), int(starts[row + 1])
                batch[place, : last - first] = file[first:last]
            taken[column.name] = batch
        return taken


def _columns(halves: Halves, storage: str) -> list[Column]:
    if halves.frozen is None:
        return []
    crossing = keras.tree.flatten(halves.frozen.output)
    return [
        Column(name, tuple(x.shape[1:]), storage if "float" in str(x.dtype) else str(x.dtype))
        for name, x in zip(halves.crossing, crossing, strict=True)
    ]


def _digest_of_weights(model: keras.Model | None) -> str:
    """The frozen half: its layers in order and every weight."""
    digest = hashlib.sha256()
    for layer in model.layers if model is not None else ():
        digest.update(f"{type(layer).__name__} {layer.compute_dtype}".encode())
        for weight in layer.weights:
            array = np.ascontiguousarray(weight.numpy())
            digest.update(f"{array.dtype}{array.shape}".encode())
            digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
