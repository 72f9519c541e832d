"""A bucket for a floating-point number that keeps the order and needs no range."""

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ftkeras.errors import UserError

_LOWEST, _OCTAVES = -14, 32
_EXPONENT_BIAS, _MANTISSA_BITS = 127, 23


def check_num_buckets(num_buckets: int) -> None:
    """Raises `UserError` unless `num_buckets` is a power of two from 64 to 2^20."""
    if num_buckets not in [2**power for power in range(6, 21)]:
        raise UserError(
            "Expected `num_buckets` to be a power of two from 64 to 1048576. Received: "
            f"num_buckets={num_buckets!r}. 16384 is the default for one score."
        )


def float_key(values: Any, num_buckets: int, xp: ModuleType) -> Any:
    """Returns the bucket of each float32: its sign, exponent and leading mantissa bits.

    Buckets are equally fine *relative* to the value in 32 octaves on each side of zero, from 2^-14
    to 2^18; smaller values share the middle bucket and larger ones the outermost. The key grows
    with the value, is the same for -0 and +0, and is bit arithmetic: the same eager and compiled,
    on every backend. With 2^14 buckets every bfloat16 in range has a bucket of its own.

    Args:
        values: Finite numbers of any shape; taken as float32.
        num_buckets: A power of two, at least 64.
        xp: `numpy` or `keras.ops`.

    Returns:
        int32 in [1, num_buckets), zero at num_buckets / 2.

    Example:
        >>> float_key(np.array([-1e9, -1.0, -0.0, 0.0, 1.0, 1e9]), 2**14, np).tolist()
        [1, 4607, 8192, 8192, 11777, 16383]
    """
    values = xp.array(values, dtype="float32")
    bits = values.view(np.int32) if xp is np else xp.view(values, "int32")
    half = num_buckets // 2
    kept = (half // _OCTAVES).bit_length() - 1
    dropped = _MANTISSA_BITS - kept
    magnitude = xp.bitwise_and(bits, 0x7FFFFFFF)
    # One step more than the lowest octave has: below it there is one bucket, that of zero.
    above = magnitude - (((_EXPONENT_BIAS + _LOWEST) << _MANTISSA_BITS) - (1 << dropped))
    step = xp.minimum(xp.maximum(xp.right_shift(above, dropped), 0), half - 1)
    return half + xp.where(bits >= 0, step, -step)


def lower_edges(num_buckets: int) -> NDArray[np.float64]:
    """Returns `(num_buckets,)`: the smallest float32 of each bucket of `float_key`.

    Buckets 0 (never used) and 1 (all that is more negative) start at minus infinity.

    Example:
        >>> edges = lower_edges(64)
        >>> edges[33:36].tolist(), float_key(edges[33:36], 64, np).tolist()
        ([6.103515625e-05, 0.0001220703125, 0.000244140625], [33, 34, 35])
    """
    check_num_buckets(num_buckets)
    half = num_buckets // 2
    dropped = _MANTISSA_BITS - ((half // _OCTAVES).bit_length() - 1)
    lowest = ((_EXPONENT_BIAS + _LOWEST) << _MANTISSA_BITS) - (1 << dropped)
    # The first number of each step of magnitude; a negative bucket starts next to the step above.
    steps = lowest + (np.arange(half + 1, dtype="int64") << dropped)
    first = steps.astype("int32").view("float32").astype("float64")
    before = (steps - 1).astype("int32").view("float32").astype("float64")
    edges = np.full(num_buckets, -np.inf)
    edges[half + 1 :] = first[1:half]
    edges[2 : half + 1] = -before[half - 1 : 0 : -1]
    return edges
