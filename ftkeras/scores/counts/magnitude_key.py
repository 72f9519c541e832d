"""A bucket for the size of a number: fine relative to it, between two powers of two."""

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError

_EXPONENT_BIAS, _MANTISSA_BITS = 127, 23


def check_power_of_two(name: str, value: int, least: int, most: int) -> None:
    """Raises `UserError` unless the value is a power of two in a range."""
    if value not in [2**power for power in range(21)] or not least <= value <= most:
        raise UserError(
            f"Expected `{name}` to be a power of two from {least} to {most}. Received: "
            f"{name}={value!r}."
        )


def magnitude_key(values: Any, num_buckets: int, lowest: int, octaves: int, xp: ModuleType) -> Any:
    """Returns the bucket of |value|: its exponent and leading mantissa bits as float32.

    Bucket 0 holds what is less than 2^lowest, the last one all from its lower edge on. The key
    grows with |value| and is bit arithmetic: the same eager and compiled, on every backend.

    Args:
        values: Finite numbers of any shape; taken as float32.
        num_buckets: A power of two, at least `octaves`.
        lowest: Exponent of the smallest magnitude to tell from 0.
        octaves: How many powers of two are told apart, itself a power of two.
        xp: `numpy` or `keras.ops`.

    Returns:
        int32 in [0, num_buckets).

    Example:
        >>> magnitude_key(np.array([0.0, -1.0, 1.5, 2.0, 1e9]), 32, 0, 16, np).tolist()
        [0, 1, 2, 3, 31]
    """
    values = xp.array(values, dtype="float32")
    # A last axis of known size: Keras' view on TensorFlow cannot decide about an open one.
    bits = values.view(np.int32) if xp is np else xp.view(values[..., None], "int32")[..., 0]
    dropped = _dropped(num_buckets, octaves)
    above = xp.bitwise_and(bits, 0x7FFFFFFF) - _first(lowest)
    return xp.clip(xp.right_shift(above, dropped), -1, num_buckets - 2) + 1


def magnitude_edges(num_buckets: int, lowest: int, octaves: int) -> NDArray[np.float64]:
    """Returns `(num_buckets + 1,)`: where each bucket begins and ends; 0 first, infinity last.

    Example:
        >>> magnitude_edges(32, 0, 16)[:4].tolist()
        [0.0, 1.0, 1.5, 2.0]
    """
    steps = np.arange(num_buckets - 1) << _dropped(num_buckets, octaves)
    edges = (steps + _first(lowest)).astype("int32").view("float32").astype("float64")
    return np.concatenate([[0.0], edges, [np.inf]])


def _dropped(num_buckets: int, octaves: int) -> int:
    return _MANTISSA_BITS - ((num_buckets // octaves).bit_length() - 1)


def _first(lowest: int) -> int:
    return (_EXPONENT_BIAS + lowest) << _MANTISSA_BITS
