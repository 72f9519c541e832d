"""Reads the arrays of a PyTorch checkpoint without PyTorch, and without running what it says.

A checkpoint is a pickle, and a pickle is a program. Here only the names that rebuild a tensor are
admitted; any other name ends the reading before it is looked up.

Format (PyTorch 0.1 to 1.5): five pickles (magic number, protocol, system, the dictionary of
tensors, the keys of their storages), then for each storage its length (int64) and its bytes.
"""

import pickle
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_TYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ByteStorage": "|u1",
}


class UnsafeCheckpointError(ValueError):
    """The file asks for more than rebuilding tensors, or is no checkpoint of this format."""


@dataclass(frozen=True)
class _Storage:
    key: str
    dtype: np.dtype[Any]
    length: int


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def view(self, storages: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
        """Returns the tensor's elements as an array of its own."""
        flat = storages[self.storage.key]
        last = sum((size - 1) * step for size, step in zip(self.shape, self.strides, strict=True))
        inside = min(self.offset, *self.strides, *self.shape, 0) >= 0
        if not inside or self.offset + last >= len(flat) > 0:
            raise UnsafeCheckpointError(
                f"Expected a tensor inside its storage. Received: {self} of {len(flat)} elements."
            )
        steps = [step * flat.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(flat[self.offset :], self.shape, steps).copy()


class _Unpickler(pickle.Unpickler):
    """Admits tensors (`torch._utils._rebuild_tensor_v2`), their storages and ordered dicts."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in _TYPES:
            return name
        raise UnsafeCheckpointError(
            f"Expected tensors only. Received: a request for {module}.{name}. Nothing was run; "
            "do not open this file with anything else."
        )

    def persistent_load(self, pid: Any) -> _Storage:
        _, kind, key, _, length, *_ = pid
        return _Storage(str(key), np.dtype(_TYPES[kind]), int(length))


def read(path: Path) -> dict[str, NDArray[Any]]:
    """Returns the tensors of a checkpoint by name.

    Args:
        path: A `.pth` file that holds a dictionary of tensors.

    Raises:
        UnsafeCheckpointError: The file names anything but tensors, is cut short, or has another
            format.
    """
    with path.open("rb") as file:
        try:
            magic, protocol, _ = (_Unpickler(file).load() for _ in range(3))
            if (magic, protocol) != (_MAGIC, _PROTOCOL):
                raise UnsafeCheckpointError(f"Expected a checkpoint. Received: {path}.")
            tensors = dict(_Unpickler(file).load())
            lengths = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
            keys = _Unpickler(file).load()
            storages = {key: _elements(file, lengths[key]) for key in keys}
        except UnsafeCheckpointError:
            raise
        except (
            *(pickle.UnpicklingError, EOFError, LookupError),
            *(TypeError, ValueError, AttributeError, OverflowError),
        ) as error:
            raise UnsafeCheckpointError(
                f"Expected a PyTorch checkpoint of tensors. Received: {path} ({error})."
            ) from error
        return {str(name): tensor.view(storages) for name, tensor in tensors.items()}


def _rebuild(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


def _elements(file: BinaryIO, storage: _Storage) -> NDArray[Any]:
    length = int.from_bytes(file.read(8), "little", signed=True)
    content = file.read(storage.dtype.itemsize * storage.length)
    if length != storage.length or len(content) != storage.dtype.itemsize * length:
        raise EOFError(f"storage {storage.key} is cut short")
    return np.frombuffer(content, storage.dtype)
