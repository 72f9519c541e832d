"""Floating-point operations of a model, counted on its graph."""

import math
from collections.abc import Callable
from typing import Any

import keras

from ftkeras.message import Message, message


def flops(model: keras.Model, inputs: Any) -> int | None:
    """Returns two operations for each multiplication in matrix products and convolutions.

    That is the convention of papers; activations, normalisation and lookups are left out, as they
    are there. Functions inside the graph, such as a SavedModel's, are counted too.

    Args:
        model: A functional model.
        inputs: One batch of what it takes; its shapes are counted with.

    Returns:
        The number for the whole batch; `None` on other backends than TensorFlow, and where a shape
        is known at run time only.
    """
    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf  # only this backend has it for certain
    from tensorflow.python.framework import convert_to_constants

    def spec(array: Any, tensor: Any) -> Any:
        return tf.TensorSpec(array.shape, tensor.dtype, tensor.name)

    signature = keras.tree.map_structure(spec, inputs, model.input)
    traced = tf.function(lambda batch: model(batch, training=False))
    try:
        frozen = convert_to_constants.convert_variables_to_constants_v2(
            traced.get_concrete_function(signature)
        )
        return sum(
            _COUNTS[op.type](op) for op in frozen.graph.get_operations() if op.type in _COUNTS
        )
    except (ValueError, TypeError, tf.errors.OpError):
        return None


def missing() -> Message:
    """Returns why operations were not counted, where `flops` returned `None`."""
    backend = keras.backend.backend()
    if backend != "tensorflow":
        return message(
            "not counted: Keras runs on {backend}, and the graph of TensorFlow is needed",
            backend=backend,
        )
    return message("not counted: a shape in it is known at run time only")


def _size(tensor: Any) -> int:
    return math.prod(tensor.shape.as_list())  # raises where an axis is open


def _matmul(op: Any) -> int:
    flag = "transpose_a" if op.type == "MatMul" else "adj_x"
    inner = op.inputs[0].shape.as_list()[-2 if op.get_attr(flag) else -1]
    return 2 * _size(op.outputs[0]) * inner


def _einsum(op: Any) -> int:
    terms = op.get_attr("equation").decode().split("->")[0].split(",")
    axes: dict[str, int] = {}
    for term, tensor in zip(terms, op.inputs, strict=True):
        axes.update(zip(term, tensor.shape.as_list(), strict=True))
    return 2 * math.prod(axes.values()) if len(terms) > 1 else 0


def _convolution(op: Any) -> int:
    height, width, channels, _ = op.inputs[1].shape.as_list()
    return 2 * _size(op.outputs[0]) * height * width * channels


def _depthwise(op: Any) -> int:
    height, width, _, _ = op.inputs[1].shape.as_list()
    return 2 * _size(op.outputs[0]) * height * width


_COUNTS: dict[str, Callable[[Any], int]] = {
    "MatMul": _matmul,
    "BatchMatMul": _matmul,
    "BatchMatMulV2": _matmul,
    "BatchMatMulV3": _matmul,
    "Einsum": _einsum,
    "Conv2D": _convolution,
    "DepthwiseConv2dNative": _depthwise,
}
