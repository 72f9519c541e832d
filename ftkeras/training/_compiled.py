"""Gradients and compilation, which Keras leaves to each backend."""

from collections.abc import Callable
from typing import Any

import keras


def gradient(function: Callable[[Any], tuple[Any, Any]]) -> Callable[[Any], tuple[Any, Any]]:
    """Returns what gives the gradient of `function`, and what it returned beside its value.

    Args:
        function: Tensors -> (value, anything else).
    """
    if keras.backend.backend() == "jax":
        import jax  # only this backend has it for certain

        return jax.grad(function, has_aux=True)
    import tensorflow as tf  # only this backend has it for certain

    def run(tensors: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            value, beside = function(tensors)
        return tape.gradient(value, tensors), beside

    return run


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Returns the function of tensors compiled by XLA, once for each combination of shapes."""
    if keras.backend.backend() == "jax":
        import jax  # only this backend has it for certain

        return jax.jit(function)
    import tensorflow as tf  # only this backend has it for certain

    return tf.function(function, jit_compile=True, autograph=False)
