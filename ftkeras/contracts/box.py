"""An object in a picture: its class, and the box around it."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Box(NamedTuple):
    """A rectangle in pixels of the picture as it is seen, turned upright; (0, 0) is its corner.

    A label of a picture is a tuple of these, empty where there is no object.

    Args:
        name: Name of the class.
        left: Where it begins.
        top: Where it begins.
        right: Where it ends, above `left`.
        bottom: Where it ends, above `top`.
        is_crowd: Whether it stands for a region with many objects that nobody told apart: what is
            detected there is neither right nor wrong.

    Example:
        >>> Box("cat", 10, 20, 30, 60).area
        800
        >>> print(Box("cat", 10, 20, 30.25, 60))
        cat at (10, 20, 30.25, 60)
    """

    name: str
    left: float
    top: float
    right: float
    bottom: float
    is_crowd: bool = False

    @property
    def area(self) -> float:
        """Width times height."""
        return (self.right - self.left) * (self.bottom - self.top)

    def __str__(self) -> str:
        sides = ", ".join(f"{side:g}" for side in self[1:5])
        return f"{self.name} at ({sides})"


def overlaps(first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.float64]:
    """Returns `(first, second)` intersection over union of boxes; 0 where neither has an area.

    Args:
        first: `(n, 4)` left, top, right and bottom.
        second: `(m, 4)`.

    Example:
        >>> overlaps(np.array([[0, 0, 2, 2]]), np.array([[0, 0, 2, 1], [1, 1, 3, 3]])).round(3)
        array([[0.5 , 0.143]])
    """
    shared = intersections(first, second)
    union = areas(first)[:, None] + areas(second)[None] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def paired_overlaps(first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.float64]:
    """Returns `(n,)` intersection over union of pairs of boxes: the same bits as `overlaps`.

    Args:
        first: `(n, 4)` left, top, right and bottom.
        second: `(n, 4)`.

    Example:
        >>> paired_overlaps(np.array([[0, 0, 2, 2]]), np.array([[0, 0, 2, 1]]))
        array([0.5])
    """
    first, second = np.asarray(first, "float64"), np.asarray(second, "float64")
    low = np.maximum(first[:, :2], second[:, :2])
    high = np.minimum(first[:, 2:], second[:, 2:])
    sides = np.maximum(high - low, 0)
    shared = sides[:, 0] * sides[:, 1]
    union = areas(first) + areas(second) - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def intersections(first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.float64]:
    """Returns `(first, second)` area that boxes share.

    Args:
        first: `(n, 4)` left, top, right and bottom.
        second: `(m, 4)`.

    Example:
        >>> intersections(np.array([[0, 0, 2, 2]]), np.array([[1, 0, 3, 2]]))
        array([[2.]])
    """
    first, second = np.asarray(first, "float64"), np.asarray(second, "float64")
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    sides = np.maximum(high - low, 0)
    return np.asarray(sides[..., 0] * sides[..., 1])


def areas(boxes: NDArray[Any]) -> NDArray[np.float64]:
    """Returns `(n,)` width times height.

    Args:
        boxes: `(n, 4)` left, top, right and bottom.

    Example:
        >>> areas(np.array([[1, 1, 3, 4]]))
        array([6.])
    """
    boxes = np.asarray(boxes, "float64")
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))
