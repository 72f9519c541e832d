"""What scores compute with inside a step: `keras.ops`, and shorter ways to a few of its functions.

In a plain TensorFlow graph each operation costs about a microsecond however little it does, and
some functions of `keras.ops` are made of dozens. `namespace` is a module, as `numpy` is.
"""

from types import ModuleType
from typing import Any

import keras
from keras import ops

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf


def _take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Any:
    rank = len(x.shape)
    is_plain = axis in (-1, rank - 1) and len(indices.shape) == rank and rank > 1
    if not is_plain or tuple(x.shape[:-1]) != tuple(indices.shape[:-1]):
        return ops.take_along_axis(x, indices, axis)
    return tf.gather(x, indices, axis=rank - 1, batch_dims=rank - 1)


def _view(x: Any, dtype: str) -> Any:
    if tf.as_dtype(dtype).size != x.dtype.size:
        return ops.view(x, dtype)
    return tf.bitcast(x, dtype)


def _array_namespace() -> ModuleType:
    module = ModuleType("ftkeras.metrics.namespace")
    module.__dict__.update({name: getattr(ops, name) for name in dir(ops) if name[0] != "_"})
    if keras.backend.backend() == "tensorflow":
        module.__dict__.update(take_along_axis=_take_along_axis, view=_view)
    return module


namespace = _array_namespace()
