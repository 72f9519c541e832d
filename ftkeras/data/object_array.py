"""Arrays of objects that NumPy would else take apart."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def object_array(values: Sequence[Any]) -> NDArray[np.object_]:
    """Returns a one-dimensional array of objects, also when the objects are lists or arrays.

    Example:
        >>> object_array([(1, 2), (3, 4)]).shape
        (2,)
    """
    array = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        array[row] = value
    return array
