"""The widest floating-point type at hand."""

from types import ModuleType
from typing import Any

import numpy as np


def wide(values: Any, xp: ModuleType) -> Any:
    """Returns values as float64 where the backend has it, as TensorFlow and NumPy do; JAX does not.

    Args:
        values: Numbers of any kind.
        xp: `numpy` or `keras.ops`.
    """
    if xp is np:
        return np.asarray(values, "float64")
    return xp.cast(values, xp.convert_to_tensor(np.zeros((), "float64")).dtype)
