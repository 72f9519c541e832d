"""The checkpoint reader: arrays come back, programs do not run."""

import io
import os
import pickle
import sys
import types
from collections import OrderedDict

import numpy as np
import pytest

from experiments.assets.state_dict import UnsafeCheckpointError, read

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
SYSTEM = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}


class FloatStorage:
    __module__ = "torch"


class LongStorage:
    __module__ = "torch"


def _rebuild_tensor_v2(*arguments):
    raise AssertionError("only its name is pickled")


_rebuild_tensor_v2.__module__ = "torch._utils"


class Tensor:
    """Pickles as a PyTorch tensor does."""

    def __init__(self, key, kind, length, offset, shape, strides):
        self.pid = ("storage", kind, key, "cpu", length, None)
        self.rest = (offset, shape, strides, False, OrderedDict())

    def __reduce__(self):
        return _rebuild_tensor_v2, (Pid(self.pid), *self.rest)


class Pid:
    def __init__(self, pid):
        self.pid = pid


class Pickler(pickle.Pickler):
    def persistent_id(self, obj):
        return obj.pid if isinstance(obj, Pid) else None


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    """Writes a checkpoint in PyTorch's format: `write(tensors, storages)` gives its path."""
    torch = types.ModuleType("torch")
    torch.FloatStorage, torch.LongStorage = FloatStorage, LongStorage
    torch._utils = types.ModuleType("torch._utils")
    torch._utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", torch._utils)

    def write(tensors, storages, magic=MAGIC):
        buffer = io.BytesIO()
        for value in (magic, PROTOCOL, SYSTEM, tensors, list(storages)):
            Pickler(buffer, protocol=2).dump(value)
        for array in storages.values():
            buffer.write(len(array).to_bytes(8, "little") + array.tobytes())
        path = tmp_path / "checkpoint.pth"
        path.write_bytes(buffer.getvalue())
        return path

    return write


def test_reads_shapes_strides_offsets_and_types(checkpoint):
    floats = np.arange(12, dtype="<f4")
    tensors = OrderedDict(
        plain=Tensor("1", FloatStorage, 12, 0, (3, 4), (4, 1)),
        transposed=Tensor("1", FloatStorage, 12, 0, (4, 3), (1, 4)),
        part=Tensor("1", FloatStorage, 12, 5, (2,), (1,)),
        scalar=Tensor("2", LongStorage, 1, 0, (), ()),
    )
    found = read(checkpoint(tensors, {"1": floats, "2": np.array([7], "<i8")}))
    np.testing.assert_array_equal(found["plain"], floats.reshape(3, 4))
    np.testing.assert_array_equal(found["transposed"], floats.reshape(3, 4).T)
    np.testing.assert_array_equal(found["part"], [5, 6])
    assert found["scalar"] == 7
    assert found["scalar"].dtype == np.int64


class Attack:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("place", ["tensors", "header", "keys"])
def test_a_program_is_refused_and_does_not_run(checkpoint, tmp_path, place):
    trace = tmp_path / "trace"
    attack = Attack(os.system, f"touch {trace}")
    if place == "keys":
        path = checkpoint({}, {})
        content = path.read_bytes()
        empty = pickle.dumps([], protocol=2)
        assert content.endswith(empty)
        path.write_bytes(content[: -len(empty)] + pickle.dumps(attack, protocol=2))
    elif place == "header":
        path = checkpoint({}, {}, magic=attack)
    else:
        path = checkpoint({"weight": attack}, {})
    with pytest.raises(UnsafeCheckpointError, match=r"request for posix\.system"):
        read(path)
    assert not trace.exists()
    with path.open("rb") as file:  # the attack is a real one: the ordinary reader would run it
        while not trace.exists():
            Permissive(file).load()


class Permissive(pickle.Unpickler):
    def persistent_load(self, pid):
        return pid


@pytest.mark.parametrize("function", [eval, getattr, __import__, open])
def test_no_built_in_is_admitted(checkpoint, function):
    with pytest.raises(UnsafeCheckpointError, match="request for"):
        read(checkpoint({"weight": Attack(function, "1")}, {}))


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [(1, (12,), (1,)), (0, (3, 4), (5, 1)), (-1, (2,), (1,)), (3, (2,), (-1,)), (0, (99,), (1,))],
)
def test_a_tensor_outside_its_storage_is_refused(checkpoint, offset, shape, strides):
    tensors = {"weight": Tensor("1", FloatStorage, 12, offset, shape, strides)}
    with pytest.raises(UnsafeCheckpointError, match="inside its storage"):
        read(checkpoint(tensors, {"1": np.zeros(12, "<f4")}))


@pytest.mark.parametrize("missing", [1, 48, 56, 60, 100, 200])
def test_a_checkpoint_that_is_cut_short_is_refused(checkpoint, missing):
    tensors = {"weight": Tensor("1", FloatStorage, 12, 0, (12,), (1,))}
    path = checkpoint(tensors, {"1": np.zeros(12, "<f4")})
    path.write_bytes(path.read_bytes()[:-missing])
    with pytest.raises(UnsafeCheckpointError):
        read(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04zip", b"\x80\x02K\x01.", b"hello"])
def test_another_format_is_refused(tmp_path, content):
    (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(UnsafeCheckpointError, match="Expected a"):
        read(tmp_path / "x.pth")
