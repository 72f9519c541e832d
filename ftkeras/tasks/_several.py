"""Labels that hold several things, as rows that can be compared."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LISTS = (list, tuple, set, frozenset, np.ndarray)


def rows(labels: NDArray[Any]) -> Iterator[Any]:
    """Yields each label: a tuple where it is a list of any kind, else the plain value.

    Example:
        >>> list(rows(np.array([[1, 2], [3, 4]])))
        [(1, 2), (3, 4)]
    """
    for label in labels:
        if isinstance(label, _LISTS):
            yield tuple(label.tolist() if isinstance(label, np.ndarray) else label)
        else:
            yield label.item() if isinstance(label, np.generic) else label
